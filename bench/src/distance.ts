import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from './contender.ts';
import { startRelay } from './relay.ts';
import { type Running, startContender } from './running.ts';
import type { Site } from './site.ts';
import { median } from './statistics.ts';
import { keptConnection, visit } from './visit.ts';

/** Median milliseconds until the first byte, of one contender whose API is a round trip away. */
export interface Distance {
  /** On a connection that stays open. */
  readonly keepAlive: number;
  /** On a connection of its own. */
  readonly fresh: number;
  /** After a time without any request; the client's own handshake is not in it. */
  readonly sparse: number;
}

export interface DistanceOptions {
  readonly site: Site;
  readonly contenders: readonly Contender[];
  readonly roundTripMs: number;
  readonly requests: number;
  readonly silenceSeconds: number;
  readonly silences: number;
  readonly onProgress: (line: string) => void;
}

/** All of them run at once, so that they are silent at once; each is asked alone. */
export async function measureDistance(options: DistanceOptions): Promise<ReadonlyMap<string, Distance>> {
  const { contenders, roundTripMs, silenceSeconds, silences, onProgress } = options;
  const relay = await startRelay(options.site.upstreamPort, roundTripMs);
  const site: Site = { ...options.site, upstreamPort: relay.port };
  const running = new Map<string, Running>();
  try {
    for (const contender of contenders) running.set(contender.name, await startContender(contender, site));
    const near = new Map<string, Pick<Distance, 'keepAlive' | 'fresh'>>();
    for (const [name, { port }] of running) {
      near.set(name, await frequent(site, port, options.requests));
      onProgress(`${roundTripMs} ms away: ${name} ${Math.round(near.get(name)?.keepAlive ?? 0)} ms`);
    }
    const sparse = new Map<string, number[]>();
    for (let silence = 1; silence <= silences; silence += 1) {
      onProgress(`silence ${silence} of ${silences}, ${silenceSeconds} s`);
      await sleep(silenceSeconds * 1_000);
      for (const [name, { port }] of running)
        sparse.set(name, [...(sparse.get(name) ?? []), (await good(site, port)).waitedMs]);
    }
    return new Map(
      [...near].map(([name, figures]) => [name, { ...figures, sparse: median(sparse.get(name) ?? []) }]),
    );
  } finally {
    await Promise.all([...running.values()].map((one) => one.stop()));
    await relay.close();
  }
}

async function frequent(
  site: Site,
  port: number,
  requests: number,
): Promise<Pick<Distance, 'keepAlive' | 'fresh'>> {
  const agent = keptConnection();
  const keepAlive: number[] = [];
  const fresh: number[] = [];
  for (let number = 0; number <= requests; number += 1) {
    const { ttfbMs } = await good(site, port, { agent });
    // The first one opens the connection.
    if (number > 0) keepAlive.push(ttfbMs);
  }
  agent.destroy();
  for (let number = 0; number < requests; number += 1) fresh.push((await good(site, port)).ttfbMs);
  return { keepAlive: median(keepAlive), fresh: median(fresh) };
}

async function good(...asked: Parameters<typeof visit>) {
  const answer = await visit(...asked);
  if (answer.status !== 200) throw new Error(`status ${answer.status}`);
  return answer;
}
