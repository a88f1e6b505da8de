import type { Cost } from './cost.ts';
import { type CityMove, hasMoved, meanRoundTrip } from './movers.ts';
import type { Plan } from './plan.ts';
import type { Step } from './step.ts';
import type { Counts, Summary } from './summary.ts';

/** How the parts of a plan are set: as text for a terminal, or as Markdown for a pull request. */
interface Style {
  readonly heading: (text: string) => string;
  readonly item: (text: string) => string;
  readonly numbered: (number: number, width: number, text: string) => string;
  readonly below: (text: string) => string;
  readonly table: (rows: readonly (readonly string[])[]) => readonly string[];
}

const text: Style = {
  heading: (title) => title,
  item: (line) => `  ${line}`,
  numbered: (number, width, line) => `  ${String(number).padStart(width)}. ${line}`,
  below: (line) => `      ${line}`,
  table: (rows) => {
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    return rows.map((row) =>
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
    );
  },
};

const markdown: Style = {
  heading: (title) => `### ${title}\n`,
  item: (line) => `- ${line}`,
  numbered: (number, _width, line) => `${number}. ${line}`,
  below: (line) => `   - ${line}`,
  table: ([head = [], ...rows]) => [
    `| ${head.join(' | ')} |`,
    `| ${head.map((_, column) => (column === 0 ? '---' : '---:')).join(' | ')} |`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ],
};

/** A plan as people read it. */
export const planAsText = (plan: Plan): string => render(plan, text);

/** A plan for a pull request. */
export const planAsMarkdown = (plan: Plan): string => render(plan, markdown);

/** Whether there is anything to do, or at least to tell: some settings concern nobody. */
export const changesAnything = ({ steps, summary }: Plan): boolean =>
  steps.length > 0 || summary.settings.length > 0;

function render(plan: Plan, style: Style): string {
  const { summary, steps, moves, cost, dangers } = plan;
  if (!changesAnything(plan)) return 'nothing changes';
  const part = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [style.heading(title), ...lines, ''];
  return [
    ...part('what changes', changes(summary).map(style.item)),
    ...part(
      'dangers',
      dangers.flatMap(({ code, message, hint }) => [style.item(`${code} ${message}`), style.below(hint)]),
    ),
    ...part('steps', stepLines(steps, style)),
    ...part('who moves (modelled round trips)', moveLines(moves, style)),
    ...part('what a month costs, in US dollars', costLines(cost, style)),
  ]
    .join('\n')
    .trimEnd();
}

function changes({ settings, regions, function: bundle, proxies, dns, stacks }: Summary): readonly string[] {
  const named = (what: string, names: readonly string[]): readonly string[] =>
    names.length === 0 ? [] : [`${what} ${names.join(', ')}`];
  return [
    ...settings.map(({ path, before, after }) => `${path}: ${before} to ${after}`),
    ...named('regions: added', regions.added),
    ...named('regions: removed', regions.removed),
    ...(bundle.newBundle ? ['function: a new bundle in every region'] : []),
    ...named('proxies: started', proxies.started),
    ...named('proxies: replaced', proxies.replaced),
    ...named('proxies: reloaded', proxies.reloaded),
    ...named('proxies: stopped', proxies.stopped),
    ...counted('records', dns.records),
    ...counted('health checks', dns.healthChecks),
    ...named('stacks: created', stacks.created),
    ...named('stacks: updated', stacks.updated),
    ...named('stacks: deleted', stacks.deleted),
  ];
}

const counted = (what: string, { create, update, delete: gone, unchanged }: Counts): readonly string[] =>
  create + update + gone === 0
    ? []
    : [`${what}: ${create} created, ${update} updated, ${gone} deleted, ${unchanged} unchanged`];

function stepLines(steps: readonly Step[], style: Style): readonly string[] {
  const width = String(steps.length).length;
  return steps.flatMap(({ phase, title, seconds, note, stacks }, index) => {
    const wait = seconds === 0 ? '' : `, ${seconds} s`;
    const where = stacks.length === 0 ? '' : ` (${stacks.join(', ')})`;
    return [
      style.numbered(index + 1, width, `${phase}: ${title}${wait}${where}`),
      ...(note === undefined ? [] : [style.below(note)]),
    ];
  });
}

function moveLines(moves: readonly CityMove[], style: Style): readonly string[] {
  const moved = moves.filter(hasMoved);
  const [before, after] = [meanRoundTrip(moves, 'before'), meanRoundTrip(moves, 'after')];
  const mean = before === null ? `${after} ms` : `${before} to ${after} ms`;
  return [
    ...moved.map(({ city, before: old, after: now }) =>
      style.item(
        old === null
          ? `${city}: ${now.region}, ${now.roundTripMs} ms`
          : `${city}: ${old.region} to ${now.region}, ${old.roundTripMs} to ${now.roundTripMs} ms`,
      ),
    ),
    style.item(`${moves.length - moved.length} of ${moves.length} cities stay; mean round trip ${mean}`),
  ];
}

function costLines({ lines, before, after, assumptions }: Cost, style: Style): readonly string[] {
  const usd = (amount: number): string => amount.toFixed(2);
  return [
    ...style.table([
      ['', 'before', 'after', ''],
      ...lines.map((line) => [
        line.what,
        usd(line.before),
        usd(line.after),
        line.basis === 'estimated' ? 'estimated' : '',
      ]),
      ['together', usd(before), usd(after), ''],
    ]),
    '',
    ...assumptions.map(style.item),
  ];
}
