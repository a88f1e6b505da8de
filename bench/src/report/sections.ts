import type { Machine, Results, Row } from '../results.ts';
import { type Scenario, scenarios } from '../scenarios.ts';
import { ratio } from '../statistics.ts';
import { type Judged, judge, targets } from '../targets.ts';
import { short, withRange } from './numbers.ts';
import { table } from './table.ts';

/** What everybody is compared with: a server that many would pick, doing as much as an edge must. */
const YARDSTICK = 'nginx-equal';

/** The parts of the report, Markdown, by the name of their place in docs/benchmarks.md. */
export function sections(results: Results): Readonly<Record<string, string>> {
  return {
    machine: machineText(results),
    targets: targetsTable(judge(targets, results)),
    contenders: absences(results.rows),
    ...Object.fromEntries(scenarios.map((scenario) => [scenario.id, scenarioTable(scenario, results.rows)])),
    'far-away': farAwayTable(results),
    beside: figuresTable(results),
    profile: profileTable(results),
  };
}

function machineText({ machine, rounds, seconds, minutes }: Results): string {
  return `${machineWords(machine)}. ${rounds} rounds, ${seconds} s for each measurement, ${Math.round(minutes)} minutes in all.\n\n${table(
    ['program', 'version'],
    Object.entries(machine.versions),
  )}`;
}

const machineWords = ({ cpu, cores, kernel }: Machine): string => `${cores} cores of ${cpu}, Linux ${kernel}`;

export function targetsTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ target, value, isMet }) => [
    target.text,
    `${target.wanted} ${limitText(target)}`,
    value === null ? '' : valueText(value, target.unit),
    isMet === null ? 'not measured' : isMet ? 'met' : '**not met**',
  ]);
  const reasons = judged
    .filter(({ isMet, target }) => isMet === false && target.reason !== undefined)
    .map(({ target }) => `- **${target.text}**: ${target.reason}`);
  return [
    table(['target', 'wanted', 'measured', ''], rows),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
  ].join('\n\n');
}

const valueText = (value: number, unit: Judged['target']['unit']): string =>
  unit === 'x' ? `${value.toFixed(value < 0.1 ? 3 : 2)} ×` : `${short(value)} ${unit}`;

const limitText = ({ limit, unit }: Judged['target']): string =>
  unit === 'x' && limit < 0.1
    ? `1/${Math.round(1 / limit)} ×`
    : unit === 'x'
      ? `${limit} ×`
      : `${limit.toLocaleString('en-US')} ${unit}`;

function absences(rows: readonly Row[]): string {
  const absent = rows.filter((row) => row.absent !== null);
  if (absent.length === 0) return 'Everybody answered every request rightly.';
  return absent.map(({ title, absent: why }) => `- **${title}** has no figures: ${why}`).join('\n');
}

function scenarioTable({ id, needsHttp2 }: Scenario, rows: readonly Row[]): string {
  const spreadOf = (row: Row | undefined) => row?.measured[id]?.cpuUs;
  const yardstick = spreadOf(rows.find((row) => row.id === YARDSTICK));
  const story = spreadOf(rows.find((row) => row.id === 'story'));
  const hasTtfb = rows.some((row) => row.measured[id]?.ttfbMs !== undefined);
  const lines = rows.flatMap((row) => {
    const measured = row.measured[id];
    if (measured === undefined) return [];
    return [
      [
        row.title,
        withRange(measured.cpuUs),
        factor(ratio(measured.cpuUs, yardstick)),
        ...(needsHttp2 ? [] : [factor(ratio(measured.cpuUs, story))]),
        hasTtfb && measured.ttfbMs !== undefined
          ? withRange(measured.ttfbMs)
          : short(measured.perSecond.median),
      ],
    ];
  });
  const header = [
    'contender',
    'CPU for each request, µs (range)',
    '× nginx doing as much',
    ...(needsHttp2 ? [] : ["× the story's"]),
    hasTtfb ? 'first byte, ms (range)' : 'requests/s',
  ];
  return lines.length === 0 ? 'Not measured.' : table(header, lines);
}

const factor = (value: number | null): string => (value === null ? '' : value.toFixed(2));

function farAwayTable({ rows, farAwayFloor }: Results): string {
  const lines = rows.flatMap(({ title, farAway }) =>
    farAway === undefined
      ? []
      : [
          [
            title,
            withRange(farAway.kept),
            withRange(farAway.fresh),
            farAway.afterSilence === undefined ? '' : withRange(farAway.afterSilence),
          ],
        ],
  );
  if (lines.length === 0) return 'Not measured.';
  const floor =
    farAwayFloor === undefined ? [] : [['no proxy, an open connection', withRange(farAwayFloor), '', '']];
  return table(
    ['first byte, ms (range)', 'open connection', 'new connection', 'after 20 s of silence'],
    [...floor, ...lines],
  );
}

function figuresTable({ figures }: Results): string {
  if (figures.length === 0) return 'Not measured.';
  return table(
    ['what', 'measured'],
    figures.map(({ title, value, unit }) => [title, `${short(value)} ${unit}`]),
  );
}

function profileTable({ profile, rows }: Results): string {
  const cpu = rows.find(({ id }) => id === 'edge-proxy')?.measured['keep-alive']?.cpuUs.median;
  if (profile.length === 0) return 'Not measured.';
  return table(
    ['part', 'share', ...(cpu === undefined ? [] : [`of ${short(cpu)} µs`])],
    profile.map(({ part, share }) => [
      part,
      `${(share * 100).toFixed(1)} %`,
      ...(cpu === undefined ? [] : [short(share * cpu)]),
    ]),
  );
}
