import assert from 'node:assert/strict';
import type { ProxyCase, SharedWorld } from './case.ts';
import { sharedWorlds } from './case.ts';
import { allCases } from './cases/index.ts';
import { ProxyConformanceError } from './errors.ts';
import { eventually } from './eventually.ts';
import { playExchange } from './exchange.ts';
import { ask } from './wire/ask.ts';
import { type Certificates, makeCertificates } from './world/certificates.ts';
import type { StartEdge } from './world/edge-program.ts';
import { startWorld, type World } from './world/world.ts';

/** Something that an engine cannot do, and why. */
export interface Skip {
  readonly case: string;
  readonly reason: string;
}

export interface ProxySuite {
  /** The engine's name, which every one of its answers carries in `x-edge-engine`. */
  readonly name: string;
  readonly start: StartEdge;
  readonly skip?: readonly Skip[];
  /** Which cases to run; all where absent. */
  readonly only?: (name: string) => boolean;
  /** Told of each case as it ends. */
  readonly onResult?: (result: CaseResult) => void;
}

export interface CaseResult {
  readonly name: string;
  /** A skipped case is run all the same: one that passes is no limit of the engine any longer, and counts as failed. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed, or why it is skipped. */
  readonly reason?: string;
  readonly ms: number;
}

export interface SuiteResult {
  readonly engine: string;
  /** In the order of the cases. */
  readonly results: readonly CaseResult[];
  readonly failed: number;
  readonly skipped: number;
}

/** An engine with more limits than this is no alternate for the other. */
export const MAX_SKIPS = 10;
/** Cases at a time that share a world; those that only wait come on top. */
const SHARED_AT_ONCE = 6;
/** Worlds at a time that belong to one case. */
const OWN_AT_ONCE = 4;
const WAITING_AT_ONCE = 12;
/** For a case; every wait within one is shorter. */
const PATIENCE_MS = 240_000;

export const caseNames: readonly string[] = allCases.map(({ name }) => name);

/**
 * Runs every case against an engine.
 *
 * @throws ProxyConformanceError PROXY_CONFORMANCE_UNKNOWN_CASE, PROXY_CONFORMANCE_EMPTY_REASON,
 *   PROXY_CONFORMANCE_TOO_MANY_SKIPS, PROXY_CONFORMANCE_EDGE_NOT_READY of a world that cases share
 */
export async function runProxySuite(suite: ProxySuite): Promise<SuiteResult> {
  const { name: engine, skip = [], only = () => true, onResult = () => {} } = suite;
  checkSkips(engine, skip);
  const reasons = new Map(skip.map((each) => [each.case, each.reason]));
  const certificates = await makeCertificates();
  const chosen = allCases.filter(({ name }) => only(name));
  const results = new Map<ProxyCase, CaseResult>();
  const play = async (each: ProxyCase, world: () => Promise<World>): Promise<void> => {
    const result = await resultOf(each, reasons.get(each.name), async () => {
      await playCase(await world(), idOf(each), engine, each);
    });
    results.set(each, result);
    onResult(result);
  };
  const playInOwn = (each: ProxyCase) => playOwn(suite, certificates, each, play);

  const at = (pace: Pace) => chosen.filter((each) => paceOf(each) === pace);
  // Shared worlds first and by themselves: an edge that waits for the machine takes its upstream for a slow one.
  await Promise.all(
    (Object.keys(sharedWorlds) as SharedWorld[]).map((world) => {
      const cases = chosen.filter((each) => sharedWorldOf(each) === world);
      return playShared(suite, certificates, world, cases, play);
    }),
  );
  await Promise.all([
    inParallel(at('waits'), WAITING_AT_ONCE, playInOwn),
    inParallel(at('quick'), OWN_AT_ONCE, playInOwn),
  ]);
  await inParallel(at('loads'), 1, playInOwn);

  const ordered = chosen.flatMap((each) => results.get(each) ?? []);
  const count = (outcome: CaseResult['outcome']) => ordered.filter((each) => each.outcome === outcome).length;
  return { engine, results: ordered, failed: count('failed'), skipped: count('skipped') };
}

type Play = (each: ProxyCase, world: () => Promise<World>) => Promise<void>;

async function playShared(
  suite: ProxySuite,
  certificates: Certificates,
  name: SharedWorld,
  cases: readonly ProxyCase[],
  play: Play,
): Promise<void> {
  if (cases.length === 0) return;
  await using world = await startWorld(suite.start, certificates, sharedWorlds[name]);
  const inWorld = (each: ProxyCase) =>
    play(each, async () => {
      await preferringOwn(world);
      return world;
    });
  const waiting = cases.filter((each) => 'pace' in each && each.pace === 'waits');
  await Promise.all([
    ...waiting.map(inWorld),
    inParallel(
      cases.filter((each) => !waiting.includes(each)),
      SHARED_AT_ONCE,
      inWorld,
    ),
  ]);
}

/** Waits until the edge asks its own region, which it may have given up on a busy machine. */
async function preferringOwn(world: World): Promise<void> {
  const [{ region }] = world.upstreams;
  await eventually(
    async () => (await ask(world, { path: '/' })).headers['x-edge-upstream'] === region,
    "an answer of the edge's own region",
  );
}

/** A world for one case alone, which ends with it. */
async function playOwn(
  suite: ProxySuite,
  certificates: Certificates,
  each: ProxyCase,
  play: Play,
): Promise<void> {
  const options = 'world' in each && typeof each.world === 'object' ? each.world : {};
  let world: World | undefined;
  try {
    await play(each, async () => {
      world = await startWorld(suite.start, certificates, options);
      return world;
    });
  } finally {
    await world?.[Symbol.asyncDispose]();
  }
}

async function playCase(world: World, id: string, engine: string, each: ProxyCase): Promise<void> {
  if ('scenario' in each) await each.scenario(world, id);
  else await playExchange(world, id, { marker: engine }, each);
}

async function resultOf(
  { name }: ProxyCase,
  skipped: string | undefined,
  run: () => Promise<void>,
): Promise<CaseResult> {
  const began = performance.now();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`it did not end within ${PATIENCE_MS / 1_000} s`)),
    PATIENCE_MS,
  );
  const error = await Promise.race([run(), late.promise]).then(
    () => undefined,
    (cause: unknown) => cause ?? 'no reason',
  );
  clearTimeout(timer);
  const ms = Math.round(performance.now() - began);
  if (skipped === undefined) {
    return error === undefined
      ? { name, outcome: 'passed', ms }
      : { name, outcome: 'failed', reason: described(error), ms };
  }
  return error === undefined
    ? {
        name,
        outcome: 'failed',
        reason: 'it is listed as a limit of the engine, but passes: take it off the list',
        ms,
      }
    : { name, outcome: 'skipped', reason: skipped, ms };
}

function described(error: unknown): string {
  if (error instanceof ProxyConformanceError) return `${error.message}\n${error.hint}`;
  if (error instanceof assert.AssertionError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

type Pace = 'loads' | 'waits' | 'quick' | 'shared';

function paceOf(each: ProxyCase): Pace {
  if (sharedWorldOf(each) !== undefined) return 'shared';
  return 'pace' in each && each.pace !== undefined ? each.pace : 'quick';
}

const sharedWorldOf = (each: ProxyCase): SharedWorld | undefined => {
  const { world = 'plain' } = each;
  return typeof world === 'string' ? world : undefined;
};

/** A word that stands for a case on the wire, always of ID_LENGTH characters; no other contains it. */
const idOf = ({ name }: ProxyCase): string => `case-${String(caseNames.indexOf(name)).padStart(3, '0')}-of`;

async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function checkSkips(engine: string, skip: readonly Skip[]): void {
  const unknown = skip
    .filter((each) => !caseNames.includes(each.case))
    .map((each) => JSON.stringify(each.case));
  if (unknown.length > 0) {
    throw new ProxyConformanceError(
      'PROXY_CONFORMANCE_UNKNOWN_CASE',
      `${engine} is to skip ${unknown.join(', ')}, which no case is called`,
      { hint: 'the names are in docs/conformance.md' },
    );
  }
  const silent = skip.filter(({ reason }) => reason.trim() === '');
  if (silent.length > 0) {
    throw new ProxyConformanceError(
      'PROXY_CONFORMANCE_EMPTY_REASON',
      `${engine} is to skip ${silent.map((each) => JSON.stringify(each.case)).join(', ')} without a reason`,
      { hint: 'say what the engine cannot do' },
    );
  }
  if (skip.length > MAX_SKIPS) {
    throw new ProxyConformanceError(
      'PROXY_CONFORMANCE_TOO_MANY_SKIPS',
      `${engine} is to skip ${skip.length} cases, at most ${MAX_SKIPS} are allowed`,
      { hint: 'mend the engine' },
    );
  }
}
