import { setTimeout as sleep } from 'node:timers/promises';
import type { Visit, Wish } from './visit.ts';
import type { Visitors } from './visitors.ts';

/** Requests at an even rate, whatever becomes of those before. */
export interface Traffic {
  /** Ends it; resolves when the last answer is there. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  readonly visitors: Visitors;
  /** Requests per second. */
  readonly rate: number;
  /** The request with this number. */
  readonly wish: (number: number) => Wish;
  readonly onVisit: (visit: Visit) => void;
}

const TICK_MS = 5;

export function startTraffic({ visitors, rate, wish, onVisit }: TrafficOptions): Traffic {
  const underWay = new Set<Promise<void>>();
  const ended = new AbortController();
  const make = (number: number, at: number): void => {
    const visit = visitors.visit(wish(number), at).then((made) => {
      underWay.delete(visit);
      onVisit(made);
    });
    underWay.add(visit);
  };
  const begin = performance.now();
  const running = (async () => {
    for (let number = 0; !ended.signal.aborted; ) {
      const due = Math.floor(((performance.now() - begin) * rate) / 1_000);
      for (; number <= due; number += 1) make(number, begin + (number * 1_000) / rate);
      await sleep(TICK_MS);
    }
  })();
  return {
    stop: async () => {
      ended.abort();
      await running;
      await Promise.all(underWay);
    },
  };
}
