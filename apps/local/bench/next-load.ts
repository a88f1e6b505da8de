/**
 * Publishes again and again, and loads a page in Chromium through a proxy of each region after every publish: is the
 * change there? `npm run bench:next-load -- --help` tells the options.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeBetweenMarkers } from '@isochrone/proxy-conformance';
import { startVisitors, type Visitors } from '../test/support/visitors.ts';
import { startWorldProcess } from '../test/support/world-process.ts';

const USAGE = `usage: npm run bench:next-load [-- OPTIONS]

  --engine NAME   fastify or haproxy; one after the other where absent
  --loads N       publishes of each kind, default 200
  --lag MS        what a write takes to the other regions, default 700
  --json          figures for programs, on standard output
  --write         puts the figures into docs/next-load.md
  --help          print this

exit codes: 0 every load showed the change that it had to, 1 one was late, 2 misuse
`;

/** What one engine's visitors saw. */
interface Seen {
  readonly engine: string;
  readonly lagMs: number;
  readonly loads: number;
  /** Loads after a publish that waited for every region, which showed the change, by region. */
  readonly waited: Readonly<Record<string, number>>;
  /** Milliseconds that such a publish took, and until its change was seen from then on. */
  readonly publishMs: Spread;
  /** Loads in the home region after a publish that did not wait. */
  readonly atHome: number;
  /** Milliseconds from the answer to a publish that did not wait until a load showed it, by other region. */
  readonly later: Readonly<Record<string, Spread>>;
}

interface Spread {
  readonly median: number;
  readonly worst: number;
}

const DOCUMENT = fileURLToPath(new URL('../../../docs/next-load.md', import.meta.url));

/** Each load that waits for the lag takes as long as that. */
const LAG_LOADS = 20;

function optionsOf() {
  try {
    const { values } = parseArgs({
      options: {
        engine: { type: 'string', multiple: true, default: ['fastify', 'haproxy'] },
        loads: { type: 'string', default: '200' },
        lag: { type: 'string', default: '700' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [loads, lagMs] = [Number(values.loads), Number(values.lag)];
    const isWhole = (number: number): boolean => Number.isInteger(number) && number > 0;
    if (!isWhole(loads) || !isWhole(lagMs))
      throw new TypeError('--loads and --lag are whole numbers above 0');
    const unknown = values.engine.find((name) => !['fastify', 'haproxy'].includes(name));
    if (unknown !== undefined) throw new TypeError(`--engine is "${unknown}", expected fastify or haproxy`);
    return { ...values, loads, lagMs };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

const options = optionsOf();
if (options.help) {
  process.stdout.write(USAGE);
} else {
  const results: Seen[] = [];
  for (const engine of options.engine) results.push(await measure(engine));
  const isOnTime = ({ loads, waited, atHome }: Seen): boolean =>
    atHome === loads && Object.values(waited).every((count) => count === loads);
  if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else for (const result of results) tell(result);
  if (options.write)
    for (const result of results)
      writeBetweenMarkers(DOCUMENT, `next load: ${result.engine}`, () => tableOf(result));
  process.exitCode = results.every(isOnTime) ? 0 : 1;
}

async function measure(engine: string): Promise<Seen> {
  const { loads, lagMs } = options;
  await using world = await startWorldProcess({
    args: ['--engine', engine, '--replication-lag', String(lagMs)],
  });
  const description = await world.describe();
  const { home } = description.table;
  const regions = description.regions.map(({ name }) => name);
  await using visitors = await startVisitors(description);

  const waited = new Map(regions.map((region) => [region, 0]));
  const published: number[] = [];
  for (let load = 0; load < loads; load += 1) {
    const title = `Waiting ${load}`;
    published.push(await visitors.publish(title, '?wait=all'));
    for (const region of regions)
      if ((await visitors.titleAtNextLoad(region)) === title)
        waited.set(region, (waited.get(region) ?? 0) + 1);
    progress(`${engine}, wait=all`, load, loads);
  }
  let atHome = 0;
  for (let load = 0; load < loads; load += 1) {
    const title = `At once ${load}`;
    await visitors.publish(title);
    if ((await visitors.titleAtNextLoad(home)) === title) atHome += 1;
    progress(`${engine}, without`, load, loads);
  }
  const later: Record<string, Spread> = {};
  for (const region of regions.filter((name) => name !== home))
    later[region] = await lagIn(region, visitors, { loads: Math.min(loads, LAG_LOADS), lagMs });
  return {
    engine,
    lagMs,
    loads,
    waited: Object.fromEntries(waited),
    publishMs: spreadOf(published),
    atHome,
    later,
  };
}

async function lagIn(
  region: string,
  visitors: Visitors,
  { loads, lagMs }: Pick<Seen, 'loads' | 'lagMs'>,
): Promise<Spread> {
  const lags: number[] = [];
  for (let load = 0; load < loads; load += 1) {
    // A write that is still on its way would take this one along.
    await sleep(2 * lagMs);
    const title = `Later ${region} ${load}`;
    await visitors.publish(title);
    const answered = performance.now();
    while ((await visitors.titleAtNextLoad(region)) !== title) {
      // Loading again is all that a visitor can do.
    }
    lags.push(performance.now() - answered);
  }
  return spreadOf(lags);
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    worst: Math.round(sorted.at(-1) ?? 0),
  };
}

function progress(what: string, load: number, loads: number): void {
  if ((load + 1) % 20 === 0) process.stderr.write(`${what}: ${load + 1} of ${loads}\n`);
}

function tell({ engine, lagMs, loads, waited, publishMs, atHome, later }: Seen): void {
  const line = (what: string, region: string, value: string): void =>
    console.log(`${engine.padEnd(8)} ${what.padEnd(9)} ${region.padEnd(16)} ${value}`);
  line(
    'lag',
    '',
    `${lagMs} ms; publishing with wait=all took ${publishMs.median} ms (median, worst ${publishMs.worst} ms)`,
  );
  for (const [region, count] of Object.entries(waited)) line('wait=all', region, `${count} of ${loads}`);
  line('no wait', 'home', `${atHome} of ${loads}`);
  for (const [region, { median, worst }] of Object.entries(later))
    line('no wait', region, `seen after ${median} ms (median, worst ${worst} ms)`);
}

/** The same, as Markdown. */
function tableOf({ lagMs, loads, waited, publishMs, atHome, later }: Seen): string {
  const rows: readonly (readonly [string, string, string])[] = [
    ...Object.entries(waited).map(
      ([region, count]) =>
        ['`publish?wait=all`', region, `${count} of ${loads} next loads showed it`] as const,
    ),
    ['`publish?wait=all`', 'all', `answered after ${publishMs.median} ms, at worst ${publishMs.worst} ms`],
    ['`publish`', 'home', `${atHome} of ${loads} next loads showed it`],
    ...Object.entries(later).map(
      ([region, { median, worst }]) =>
        ['`publish`', region, `shown after ${median} ms, at worst ${worst} ms`] as const,
    ),
  ];
  return [
    `Writes take ${lagMs} ms to another region.`,
    '',
    '| request | region | Chromium |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}
