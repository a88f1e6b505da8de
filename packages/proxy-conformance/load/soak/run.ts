import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineName } from '@isochrone/engines';
import { startTraffic } from '../client/traffic.ts';
import { msOf, type Visit } from '../client/visit.ts';
import { openVisitors } from '../client/visitors.ts';
import { counts, type Latencies, quantile } from '../outages/figures.ts';
import type { Memory } from '../world/processes.ts';
import { startWorld, type World } from '../world/world.ts';
import { keepFailing, type Rhythm } from './faults.ts';
import { explanation, type LedgerEntry } from './ledger.ts';
import { type Done, keepDisturbing } from './life.ts';
import { mixedWish } from './mix.ts';
import { openRandom } from './random.ts';
import { larger, type Resources, resourcesAtRest, resourcesOf } from './resources.ts';

export interface SoakOptions {
  readonly engine: EngineName;
  readonly minutes: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

export interface SoakResult {
  readonly ok: boolean;
  readonly engine: EngineName;
  readonly seed: number;
  /** How long it ran: less than was asked for where it was interrupted. */
  readonly minutes: number;
  readonly requests: number;
  /** Requests that their visitors broke off. */
  readonly left: number;
  /** Requests that the edge sent to a second upstream. */
  readonly retried: number;
  /** Failures that a fault explains, by fault; and those that none does, by kind. */
  readonly explained: Readonly<Record<string, number>>;
  readonly unexplained: Readonly<Record<string, number>>;
  /** Some of the latter, whole. */
  readonly examples: readonly Visit[];
  /** Faults that were made, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly done: Done;
  readonly latencies: Latencies;
  /** The most that any process had, at any time. */
  readonly largest: Memory;
  /** At moments without any visitor, from the first to the last. */
  readonly atRest: readonly Resources[];
  readonly problems: readonly string[];
}

/**
 * More is a leak, or a design that keeps too much: 150 MB resident, less the 45 MB of Node's own file, which processes
 * share. Kernels that map files in huge pages count up to 80 MB of that file; so it is not counted at all.
 */
const MAX_OWN_BYTES = (150 - 45) * 2 ** 20;
/**
 * The least sockets at rest may be this many more in the second half: how many connections a pool keeps is chance, while
 * a leak never comes back.
 */
const SOCKETS_SLACK = 30;
const ROUND_MS = 60_000;
const SAMPLE_MS = 2_000;
const PATIENCE_MS = 30_000;
const EXAMPLES = 20;

/** The region's own API is often ill, the next one sometimes, and the last one never. */
const RHYTHMS: readonly Rhythm[] = [
  { well: [2_000, 8_000], ill: [1_000, 6_000] },
  { well: [8_000, 20_000], ill: [1_000, 6_000] },
];

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { engine, minutes, seed, signal, onProgress } = options;
  const world = await startWorld({ engine, regions: 3, proxies: 1, workers: 2, drainSeconds: 3 });
  try {
    const tally = openTally();
    const began = performance.now();
    const end = began + minutes * 60_000;
    for (let round = 0; performance.now() < end && !signal.aborted; round += 1) {
      const ms = Math.min(ROUND_MS, end - performance.now());
      await playRound({ ...options, world, tally, round, ms });
      const rest = await resourcesAtRest(world.edges[0].process.pid);
      tally.atRest.push(rest);
      onProgress(
        `${engine}, minute ${round + 1}: ${tally.requests} requests, ${tally.failed} failed, ${tally.unexplained.length} unexplained; at rest ${megabytes(rest.largest.own)} MB, ${rest.sockets} sockets`,
      );
    }
    return resultOf(engine, seed, (performance.now() - began) / 60_000, tally);
  } finally {
    await world.close();
  }
}

interface Tally {
  requests: number;
  left: number;
  retried: number;
  failed: number;
  readonly ledger: LedgerEntry[];
  readonly explained: string[];
  readonly unexplained: Visit[];
  readonly ms: number[];
  readonly atRest: Resources[];
  largest: Memory;
  readonly done: Done;
}

const openTally = (): Tally => ({
  requests: 0,
  left: 0,
  retried: 0,
  failed: 0,
  ledger: [],
  explained: [],
  unexplained: [],
  ms: [],
  atRest: [],
  largest: { resident: 0, own: 0 },
  done: { reloads: 0, certificates: 0, workerKills: 0 },
});

interface Round extends SoakOptions {
  readonly world: World;
  readonly tally: Tally;
  readonly round: number;
  readonly ms: number;
}

/** A minute of everything at once, after which nobody is there and nothing is wrong. */
async function playRound({ world, tally, round, ms, rate, seed, signal, engine }: Round): Promise<void> {
  const [edge] = world.edges;
  const visitors = openVisitors({
    host: world.host,
    authority: world.certificates.authority,
    resolve: () => edge.endpoint,
    patienceMs: PATIENCE_MS,
  });
  const chances = (purpose: number) => openRandom(seed + round * 10 + purpose);
  const wishes = chances(0);
  const failed: Visit[] = [];
  const traffic = startTraffic({
    visitors,
    rate,
    wish: (number) => mixedWish(`${engine}-${round}-${number}`, wishes),
    onVisit: (visit) => {
      tally.requests += 1;
      if (visit.wish.pace === 'leaves') tally.left += 1;
      if (visit.retried !== undefined) tally.retried += 1;
      if (visit.failure !== undefined) failed.push(visit);
      else if (visit.wish.pace === undefined) tally.ms.push(msOf(visit));
    },
  });
  const over = new AbortController();
  const playing = [
    ...RHYTHMS.map(async (rhythm, index) => {
      const upstream = world.upstreams[index];
      if (upstream) await keepFailing(upstream, rhythm, chances(1 + index), tally.ledger, over.signal);
    }),
    keepDisturbing(world, chances(5), tally.ledger, tally.done, over.signal),
    sampling(tally, () => edge.process.pid, over.signal),
  ];
  try {
    await Promise.race([sleep(ms, undefined, { signal }).catch(() => {}), ...playing]);
  } finally {
    over.abort();
    await Promise.all(playing);
    await traffic.stop();
    await visitors.close();
  }
  tally.failed += failed.length;
  for (const visit of failed) {
    const fault = explanation(visit, tally.ledger);
    if (fault === undefined) tally.unexplained.push(visit);
    else tally.explained.push(fault);
  }
}

async function sampling(tally: Tally, pid: () => number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    tally.largest = larger(tally.largest, resourcesOf(pid()).largest);
    await sleep(SAMPLE_MS, undefined, { signal }).catch(() => {});
  }
}

function resultOf(engine: EngineName, seed: number, minutes: number, tally: Tally): SoakResult {
  const { ms, atRest, unexplained, largest } = tally;
  const sorted = [...ms].sort((a, b) => a - b);
  const half = Math.ceil(atRest.length / 2);
  const [earlier, later] = [atRest.slice(0, half), atRest.slice(half)].map((moments) =>
    Math.min(...moments.map(({ sockets }) => sockets)),
  );
  const problems = [
    ...(unexplained.length > 0 ? [`${unexplained.length} failures that no fault explains`] : []),
    ...(largest.own > MAX_OWN_BYTES
      ? [`a process of ${megabytes(largest.own)} MB, expected at most ${megabytes(MAX_OWN_BYTES)}`]
      : []),
    ...(earlier !== undefined && later !== undefined && later > earlier + SOCKETS_SLACK && later < Infinity
      ? [`at least ${later} sockets at rest in the second half, and ${earlier} in the first`]
      : []),
  ];
  return {
    ok: problems.length === 0,
    engine,
    seed,
    minutes: Math.round(minutes * 10) / 10,
    requests: tally.requests,
    left: tally.left,
    retried: tally.retried,
    explained: counts(tally.explained),
    unexplained: counts(
      unexplained.map(
        ({ failure = '', wish, phase }) => `${failure} (${wish.method}, ${wish.via}, ${phase})`,
      ),
    ),
    examples: unexplained.slice(0, EXAMPLES),
    faults: counts(tally.ledger.map(({ kind }) => kind)),
    done: tally.done,
    latencies: {
      p50: Math.round(quantile(sorted, 0.5)),
      p99: Math.round(quantile(sorted, 0.99)),
      slowest: Math.round(sorted.at(-1) ?? 0),
    },
    largest,
    atRest,
    problems,
  };
}

export const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
