import type { ScriptData } from '@isochrone/tours';
import type { TourEvent } from './api.ts';
import { guard } from './guard.ts';

/** The account is in the path, so that a look at the body is not needed to know whose it is. */
interface Told {
  readonly tour: string;
  readonly event: TourEvent['name'];
  readonly step?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Sender {
  readonly add: (event: TourEvent) => void;
  readonly flush: () => void;
  readonly drop: () => void;
}

/** Sent at once when so many wait. */
const MANY = 100;

/** More would not fit in a beacon of 60 KiB: an event takes at most 150 bytes. Further ones are not told. */
const MOST = 400;

/** Collects events and sends them when the page goes out of sight, which may be the last that is heard of it. */
export function createSender({ account, environment, revision }: ScriptData, origin: string): Sender {
  let waiting: Told[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    // Text, as anything else would have the browser ask for leave first (CORS-safelisted content types).
    const body = new Blob([JSON.stringify({ environment, revision, events })], { type: 'text/plain' });
    // Browsers refuse while other beacons of 64 KiB together are under way (Fetch, section 4.6): then later.
    if (!navigator.sendBeacon(`${origin}/e/${account}`, body)) waiting = events;
  };
  const leave = (): void => {
    guard('send events', flush);
  };
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  return {
    add: ({ name, tour, step }) => {
      if (waiting.length < MOST)
        waiting.push({ tour, event: name, ...(step ? { step } : {}), at: Date.now() });
      if (waiting.length >= MANY) leave();
    },
    flush,
    drop: () => {
      waiting = [];
    },
  };
}
