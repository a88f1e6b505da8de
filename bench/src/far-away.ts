import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '@isochrone/config-gen';
import type { Contender } from './contenders/contender.ts';
import { untilServing } from './correctness.ts';
import { BenchError } from './errors.ts';
import { openVisitor, type Visit, type Visitor } from './load/visit.ts';
import type { FarAwayTimes } from './results.ts';
import { startFarAway } from './stage/far-away.ts';
import { API_HOST, SCRIPT_PATH } from './stage/names.ts';
import type { Running, Stage } from './stage/stage.ts';
import { type Spread, spreadOf } from './statistics.ts';

export const ROUND_TRIP_MS = 60;
export const SILENCE_SECONDS = 20;

export interface FarAwayOptions {
  /** Requests of each kind to each contender. */
  readonly requests: number;
  /** How often everybody is left alone for 20 s and asked once more. */
  readonly silences: number;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** Times to the first byte with the API 60 ms away, for each contender by its id, and without a proxy (`floor`). */
export async function runFarAway(
  stage: Stage,
  contenders: readonly Contender[],
  { requests, silences, signal, onProgress }: FarAwayOptions,
): Promise<{ readonly floor: Spread; readonly times: ReadonlyMap<string, FarAwayTimes> }> {
  // The names of the APIs lead to this address already.
  const { address } = stage.upstream;
  const relay = await startFarAway({ address, port: 0 }, stage.upstream, ROUND_TRIP_MS);
  const upstream: Endpoint = { address, port: relay.port };
  const running: Running[] = [];
  try {
    onProgress(`${ROUND_TRIP_MS} ms away: the network alone`);
    const floor = spreadOf(await kept(upstream, stage.ca, requests, API_HOST));
    const first = new Map<string, Omit<FarAwayTimes, 'afterSilence'>>();
    for (const contender of contenders) {
      if (signal.aborted) break;
      const started = await stage.start(contender, { upstream }).catch(reported(onProgress));
      if (started === null) continue;
      running.push(started);
      await untilServing(started.at, stage.ca);
      const times = {
        kept: spreadOf(await kept(started.at, stage.ca, requests)),
        fresh: spreadOf(await fresh(started.at, stage.ca, requests)),
      };
      first.set(contender.id, times);
      onProgress(
        `${ROUND_TRIP_MS} ms away: ${contender.id.padEnd(20)} kept ${times.kept.median.toFixed(1)} ms, fresh ${times.fresh.median.toFixed(1)} ms`,
      );
    }
    const silent = new Map<string, number[]>();
    for (let silence = 1; silence <= silences && !signal.aborted; silence += 1) {
      onProgress(`${SILENCE_SECONDS} s of silence, ${silence}/${silences}`);
      await sleep(SILENCE_SECONDS * 1_000, undefined, { signal }).catch(() => {});
      for (const { contender, at } of signal.aborted ? [] : running) {
        silent.set(contender.id, [...(silent.get(contender.id) ?? []), await once(at, stage.ca)]);
      }
    }
    const times = [...first].map(([id, of]): readonly [string, FarAwayTimes] => {
      const after = silent.get(id);
      return [id, after === undefined ? of : { ...of, afterSilence: spreadOf(after) }];
    });
    return { floor, times: new Map(times) };
  } finally {
    await Promise.all(running.map((each) => each.stop()));
    relay.close();
  }
}

/** One that cannot be started here had its say in the rounds; the others go on. */
const reported =
  (onProgress: (line: string) => void) =>
  (error: unknown): null => {
    if (!(error instanceof BenchError)) throw error;
    onProgress(error.message);
    return null;
  };

async function kept(at: Endpoint, ca: string, requests: number, host?: string): Promise<readonly number[]> {
  const visitor = await openVisitor(at, {
    ca,
    protocols: ['http/1.1'],
    ...(host === undefined ? {} : { host }),
  });
  try {
    const times: number[] = [];
    while (times.length < requests) times.push((await right(visitor)).requestTtfbMs);
    return times;
  } finally {
    visitor.close();
  }
}

async function fresh(at: Endpoint, ca: string, requests: number): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < requests) {
    const visitor = await openVisitor(at, { ca, protocols: ['http/1.1'] });
    try {
      times.push((await right(visitor)).ttfbMs);
    } finally {
      visitor.close();
    }
  }
  return times;
}

/** @throws BenchError BENCH_TOOL_FAILED: an error comes quickly, and must not count as an answer. */
async function right(visitor: Visitor): Promise<Visit> {
  const visit = await visitor.get(SCRIPT_PATH);
  if (visit.status === 200) return visit;
  throw new BenchError(
    'BENCH_TOOL_FAILED',
    `an answer with status ${visit.status} from an API that is far away`,
    {
      hint: 'the contender may need longer than 5 s to learn where its API is',
    },
  );
}

/** From the request, on a connection that was made just before. */
async function once(at: Endpoint, ca: string): Promise<number> {
  const [time = Number.NaN] = await kept(at, ca, 1);
  return time;
}
