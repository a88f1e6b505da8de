import type { Results, Row } from '../results.ts';
import { scenarios } from '../scenarios.ts';
import type { Spread } from '../statistics.ts';
import { type Bar, barChart } from './bar-chart.ts';

const OURS: readonly string[] = ['edge-proxy', 'haproxy', 'haproxy-0'];

const bars = (rows: readonly Row[], spread: (row: Row) => Spread | undefined): readonly Bar[] =>
  rows.flatMap((row) => {
    const of = spread(row);
    return of === undefined
      ? []
      : [{ label: row.title, value: of.median, min: of.min, max: of.max, isOurs: OURS.includes(row.id) }];
  });

/** SVG by the name of its file. */
export function charts({ rows }: Results): Readonly<Record<string, string>> {
  const cpu = scenarios.map(({ id, title }) => {
    const of = bars(rows, (row) => row.measured[id]?.cpuUs);
    return [`${id}.svg`, barChart(`${title}: CPU for each request`, 'µs', of)] as const;
  });
  const far = bars(rows, (row) => row.farAway?.fresh);
  return {
    ...Object.fromEntries(cpu),
    'far-away.svg': barChart('API 60 ms away, new visitor: time to the first byte', 'ms', far),
  };
}
