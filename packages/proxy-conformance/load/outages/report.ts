import type { EngineName } from '@isochrone/engines';
import type { Latencies } from './figures.ts';
import type { Kind } from './kind.ts';
import type { RunResult } from './result.ts';

/** All runs of one kind on one engine. */
export interface Outage {
  readonly kind: Kind;
  readonly engine: EngineName;
  readonly runs: readonly RunResult[];
  /** Runs that told nothing, because the machine had too much else to do, and were played again. */
  readonly again?: number;
}

export interface Summary {
  readonly ok: boolean;
  readonly kind: string;
  readonly engine: EngineName;
  readonly runs: number;
  readonly requests: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly cut: number;
  readonly retried: number;
  /** Milliseconds: the median of the runs' medians, and the worst of the runs. */
  readonly latencies: Latencies;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

export function summaryOf({ kind, engine, runs }: Outage): Summary {
  const failures: Record<string, number> = {};
  for (const run of runs) {
    for (const [name, number] of Object.entries(run.failures))
      failures[name] = (failures[name] ?? 0) + number;
  }
  return {
    ok: runs.length > 0 && runs.every(({ ok }) => ok),
    kind: kind.name,
    engine,
    runs: runs.length,
    requests: sum(runs.map(({ requests }) => requests)),
    failed: sum(Object.values(failures)),
    failures,
    cut: sum(runs.map(({ cut }) => cut)),
    retried: sum(runs.map(({ retried }) => retried)),
    latencies: {
      p50: median(runs.map(({ latencies }) => latencies.p50)),
      p99: Math.max(0, ...runs.map(({ latencies }) => latencies.p99)),
      slowest: Math.max(0, ...runs.map(({ latencies }) => latencies.slowest)),
    },
    problems: [...new Set(runs.flatMap(({ problems }) => problems))],
    notes: runs.map(({ note }) => note).filter((note) => note !== ''),
  };
}

export const TABLE_HEAD = [
  '| what happens | runs | requests | failed | moved | p50 | p99 | slowest | remarks |',
  '| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | --- |',
];

/** One row of an engine's table. */
export function tableRow(outage: Outage): string {
  const { ok, runs, requests, failed, failures, cut, retried, latencies, problems, notes } =
    summaryOf(outage);
  const kinds = Object.entries(failures).map(([kind, number]) => `${number} ${kind}`);
  const remarks = [
    ...(ok ? [] : ['**not as promised**']),
    ...(cut > 0 ? [`${cut} more on connections of the killed workers`] : []),
    ...problems,
    ...(outage.again ? [`${outage.again} more runs left out: the machine stood still`] : []),
    ...(notes[0] === undefined ? [] : [notes[0]]),
  ];
  const cells = [
    outage.kind.title,
    runs,
    requests,
    failed === 0 ? 'none' : kinds.join(', '),
    retried,
    `${latencies.p50} ms`,
    `${latencies.p99} ms`,
    `${latencies.slowest} ms`,
    remarks.join('; ').replaceAll('|', '\\|').replaceAll('\n', ' '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** An engine's table; rows of `before` that were not played this time stay. */
export function engineTable(outages: readonly Outage[], before = ''): string {
  const title = (row: string): string => row.split(' | ', 1)[0]?.slice(2) ?? '';
  const kept = before.split('\n').filter((line) => line.startsWith('| ') && !TABLE_HEAD.includes(line));
  const rows = new Map(kept.map((line) => [title(line), line]));
  for (const outage of outages) rows.set(outage.kind.title, tableRow(outage));
  return [...TABLE_HEAD, ...rows.values()].join('\n');
}
