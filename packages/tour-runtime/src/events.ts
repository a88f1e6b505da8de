import type { EventReport, ScriptData } from '@isochrone/tours';
import type { TourEvent } from './api.ts';
import { guard } from './guard.ts';

export interface Sender {
  readonly add: (event: TourEvent) => void;
  readonly drop: () => void;
}

/** What the service takes in one report. A beacon may have 64 KiB, which is several times as much. */
const IN_ONE_REPORT = 100;

/** Of events that could not be sent so far; further ones are not told. */
const MOST = 1000;

/**
 * Collects events and sends them when the page goes out of sight, which may be the last that is heard of it.
 * `consent` says whether the visitor has agreed, if they were asked.
 */
export function createSender(
  { account, environment, revision }: ScriptData,
  origin: string,
  consent: () => boolean | undefined,
): Sender {
  let waiting: readonly TourEvent[] = [];
  const flush = (): void => {
    while (waiting.length > 0) {
      const events = waiting.slice(0, IN_ONE_REPORT);
      const agreed = consent();
      const report: EventReport = {
        ...(environment === undefined ? {} : { environment }),
        revision,
        ...(agreed === undefined ? {} : { consent: agreed }),
        events,
      };
      // Text, as anything else would have the browser ask for leave first (CORS-safelisted content types).
      const body = new Blob([JSON.stringify(report)], { type: 'text/plain' });
      // Browsers refuse while other beacons of 64 KiB together are under way (Fetch, section 4.6): then later.
      if (!navigator.sendBeacon(`${origin}/e/${account}`, body)) return;
      waiting = waiting.slice(events.length);
    }
  };
  const leave = (): void => {
    guard('send events', flush);
  };
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') leave();
  });
  return {
    add: (event) => {
      if (waiting.length < MOST) waiting = [...waiting, event];
      if (waiting.length >= IN_ONE_REPORT) leave();
    },
    drop: () => {
      waiting = [];
    },
  };
}
