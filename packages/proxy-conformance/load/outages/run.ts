import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineName } from '@isochrone/engines';
import { openDirectory } from '../client/directory.ts';
import { startTraffic } from '../client/traffic.ts';
import type { Via, Visit, Wish } from '../client/visit.ts';
import { openVisitors } from '../client/visitors.ts';
import { startWorld } from '../world/world.ts';
import { latenciesOf } from './figures.ts';
import type { Finding, Kind } from './kind.ts';
import { type RunResult, resultOf } from './result.ts';
import { openStage } from './stage.ts';

/** How hard and how long. */
export interface Scale {
  /** Requests per second. */
  readonly rate: number;
  /** How long an outage lasts, and what comes before and after it. */
  readonly seconds: number;
  readonly calmSeconds: number;
  readonly drainSeconds: number;
  readonly regions: 2 | 3;
  /** Ends it early, in order. */
  readonly signal?: AbortSignal;
}

const VIAS: readonly Via[] = ['kept', 'fresh', 'h2'];
/** Longer than either engine takes to ask twice. */
const PATIENCE_MS = 12_000;
const BYTES = 12_000;
/** Every so many requests is a POST, where there are any. */
const POST_EVERY = 10;

const wishes =
  (posts: boolean) =>
  (number: number): Wish => ({
    id: `request-${number}`,
    via: VIAS[number % VIAS.length] ?? 'kept',
    method: posts && number % POST_EVERY === 0 ? 'POST' : 'GET',
    bytes: BYTES,
  });

/** Plays one kind of outage once, in a world of its own. */
export async function playOutage(kind: Kind, engine: EngineName, scale: Scale): Promise<RunResult> {
  const { proxies, posts } = kind;
  const { regions, drainSeconds } = scale;
  const world = await startWorld({ engine, regions, proxies, workers: 2, drainSeconds });
  const directory = openDirectory(
    world.edges.map(({ endpoint }) => endpoint),
    world.asker,
  );
  const authority = world.certificates.authority;
  const visitors = openVisitors({
    host: world.host,
    authority,
    resolve: directory.resolve,
    patienceMs: PATIENCE_MS,
  });
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  const visits: Visit[] = [];
  const cut = new Set<string>();
  const stage = openStage({
    world,
    seconds: scale.seconds,
    visits,
    cut: ({ address, port }) => cut.add(`${address}:${port}`),
  });
  const traffic = startTraffic({
    visitors,
    rate: scale.rate,
    wish: wishes(posts),
    onVisit: (visit) => visits.push(visit),
  });
  try {
    let struck = performance.now();
    let wasCalm = false;
    const acting = async (): Promise<Finding> => {
      wasCalm = await isCalm(visits, scale.calmSeconds);
      if (!wasCalm)
        return {
          problems: [
            `the machine is too busy: visitors wait for more than ${CALM_MS} ms before anything fails`,
          ],
        };
      struck = performance.now();
      return kind.act(stage);
    };
    const finding = await Promise.race([acting(), interrupted(scale.signal)]).catch(
      (error: unknown): Finding => ({ problems: [error instanceof Error ? error.message : String(error)] }),
    );
    const over = performance.now();
    await sleep(scale.calmSeconds * 1_000);
    await traffic.stop();
    return resultOf({ engine, visits, cut, finding, struck, over, wasCalm, heldUpMs: loop.max / 1e6 });
  } finally {
    loop.disable();
    await traffic.stop();
    await directory.close();
    await visitors.close();
    await world.close();
  }
}

const CALM_MS = 250;
const CALM_PATIENCE_MS = 20_000;

/**
 * Waits until visitors have been answered swiftly for a while, but not for ever: where the machine has too much else to do, what follows
 * would be its doing and not the proxy's.
 */
async function isCalm(visits: readonly Visit[], seconds: number): Promise<boolean> {
  const began = performance.now();
  for (;;) {
    const from = performance.now();
    await sleep(seconds * 1_000);
    const recent = visits.filter(({ until }) => until >= from);
    if (recent.length > 0 && latenciesOf(recent).p50 < CALM_MS) return true;
    if (performance.now() - began > CALM_PATIENCE_MS) return false;
  }
}

async function interrupted(signal: AbortSignal | undefined): Promise<never> {
  if (signal === undefined) return new Promise(() => {});
  if (!signal.aborted) await once(signal, 'abort');
  throw new Error('interrupted');
}
