import { type Bar, barChart } from './chart.ts';
import type { BenchResult, Entrant, Measured } from './results.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { isMet, type Target, targetsOf } from './targets.ts';

/** What is regenerated: the text between the markers of docs/benchmarks.md, by marker, and charts by file name. */
export interface Report {
  readonly sections: Readonly<Record<string, string>>;
  readonly charts: Readonly<Record<string, string>>;
}

const OURS = new Set(['haproxy', 'haproxy-alone', 'edge-proxy']);

export function reportOf(result: BenchResult): Report {
  return {
    sections: {
      machine: machineText(result),
      targets: targetTable(targetsOf(result)),
      cpu: cpuTable(result.entrants),
      'first byte': distanceTable(result),
      rest: restTable(result),
    },
    charts: Object.fromEntries([
      ...scenarios.map(({ name, title }) => [
        `${name}.svg`,
        barChart(title.replaceAll('`', ''), 'µs of CPU for each request', cpuBars(result.entrants, name)),
      ]),
      [
        'distance.svg',
        barChart(
          `First byte, API ${result.roundTripMs} ms away, connection kept`,
          'ms',
          distanceBars(result),
        ),
      ],
    ]),
  };
}

function machineText({ machine, rounds }: BenchResult): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return `${machine.cores} cores of ${machine.cpu}, Linux ${machine.kernel}; ${versions.join(', ')}. Medians of ${rounds} interleaved rounds.`;
}

function targetTable(targets: readonly Target[]): string {
  return table(
    ['target', 'bound', 'measured', ''],
    targets.map((target) => {
      const { what, value, bound, direction, unit } = target;
      const verdict =
        { true: 'met', false: '**not met**', undefined: 'not measured' }[`${isMet(target)}`] ?? '';
      return [
        what,
        `${direction} ${number(bound)} ${unit}`,
        value === undefined ? '–' : number(value),
        verdict,
      ];
    }),
  );
}

function cpuTable(entrants: readonly Entrant[]): string {
  const cell = (measured: Measured | undefined): string =>
    measured === undefined
      ? '–'
      : `${Math.round(measured.cpu.median)} (${Math.round(measured.cpu.least)}–${Math.round(measured.cpu.most)})`;
  return table(
    ['', ...scenarios.map(({ name }) => name), 'requests in a second, kept', 'first byte of a page'],
    entrants.map(({ title, measured, disqualified }) =>
      disqualified === undefined
        ? [
            title,
            ...scenarios.map(({ name }) => cell(measured[name])),
            String(Math.round(measured['keep-alive']?.perSecond ?? 0)),
            `${measured.page?.ttfb?.toFixed(1) ?? '–'} ms`,
          ]
        : [title, `takes no part: ${disqualified}`, ...Array<string>(scenarios.length + 1).fill('')],
    ),
  );
}

function distanceTable({ entrants, silenceSeconds }: BenchResult): string {
  const rows = entrants.flatMap(({ title, distance }) =>
    distance === undefined
      ? []
      : [
          [
            title,
            ...[distance.keepAlive, distance.fresh, distance.sparse].map((ms) => `${Math.round(ms)} ms`),
          ],
        ],
  );
  return table(['', 'connection kept', 'fresh connection', `after ${silenceSeconds} s of silence`], rows);
}

function restTable({ function: lambda, dns, tooling = [], publish = [], missing }: BenchResult): string {
  const ms = (value: number): string => `${number(value)} ms`;
  const rows: string[][] = [];
  if (lambda) {
    const warm = lambda.warm['200'];
    if (warm)
      rows.push([
        'the function, warm, beside the store',
        `p50 ${ms(warm.beside.p50)}, p99 ${ms(warm.beside.p99)}`,
      ]);
    rows.push([
      'the function, cold import',
      `p50 ${ms(lambda.coldImport.p50)}, p99 ${ms(lambda.coldImport.p99)}`,
    ]);
  }
  if (dns) rows.push(['the local DNS server', `${Math.round(dns.perCore)} queries in a second of a core`]);
  for (const { regions, generateMs, planMs } of tooling) {
    rows.push([`generate, ${regions === 1 ? '1 region' : `${regions} regions`}`, ms(generateMs)]);
    rows.push([`plan one region more, up to ${Math.max(regions, 2)}`, ms(planMs)]);
  }
  for (const { engine, publishMs, loads, lagMs, waited } of publish) {
    const seen = Object.entries(waited).map(([region, count]) => `${region} ${count} of ${loads}`);
    rows.push([
      `published with wait=all and served everywhere, ${engine}, replication ${lagMs} ms`,
      `${ms(publishMs.median)}; next load in Chromium: ${seen.join(', ')}`,
    ]);
  }
  for (const [part, reason] of Object.entries(missing)) rows.push([part, `not measured: ${reason}`]);
  return table(['', 'measured'], rows);
}

const cpuBars = (entrants: readonly Entrant[], scenario: Scenario['name']): readonly Bar[] =>
  entrants.flatMap(({ name, title, measured }) => {
    const cpu = measured[scenario]?.cpu;
    if (cpu === undefined) return [];
    const { median, least, most } = cpu;
    return [{ label: plain(title), value: median, least, most, isOurs: OURS.has(name) }];
  });

const distanceBars = ({ entrants }: BenchResult): readonly Bar[] =>
  entrants.flatMap(({ name, title, distance }) =>
    distance === undefined
      ? []
      : [{ label: plain(title), value: distance.keepAlive, isOurs: OURS.has(name) }],
  );

const plain = (title: string): string => title.replaceAll('`', '');

const number = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
