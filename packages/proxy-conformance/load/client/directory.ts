import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '@isochrone/config-gen';
import type { Asker } from './health.ts';

/** What DNS does for visitors, on a scale of seconds: health checks choose whom the name leads to, and answers are kept for a while. */
export interface Directory {
  readonly resolve: () => Endpoint;
  close(): Promise<void>;
}

/** Between two health checks, and for how long visitors keep an answer. */
const CHECK_MS = 200;
const TTL_MS = 400;

export function openDirectory(endpoints: readonly Endpoint[], asker: Asker): Directory {
  const ended = new AbortController();
  let healthy = endpoints;
  let kept = { answer: endpoints, until: 0 };
  let turn = 0;
  const checking = (async () => {
    // A name that leads to one place only is not worth a check: DNS fails open.
    while (endpoints.length > 1 && !ended.signal.aborted) {
      const opinions = await Promise.all(endpoints.map((endpoint) => asker.isHealthy(endpoint)));
      const good = endpoints.filter((_endpoint, index) => opinions[index]);
      healthy = good.length > 0 ? good : endpoints;
      await sleep(CHECK_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
  })();
  return {
    resolve: () => {
      const now = performance.now();
      if (now >= kept.until) kept = { answer: healthy, until: now + TTL_MS };
      turn += 1;
      const chosen = kept.answer[turn % kept.answer.length];
      if (chosen === undefined) throw new Error('a name that leads nowhere');
      return chosen;
    },
    close: async () => {
      ended.abort();
      await checking;
    },
  };
}
