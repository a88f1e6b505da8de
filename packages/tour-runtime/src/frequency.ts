import type { PublishedPayload, PublishedTour } from '@isochrone/tours';
import type { Keeper, Kept } from './kept.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** How often tours that start by themselves may come. */
export interface Frequency {
  readonly allows: (tour: PublishedTour) => boolean;
  readonly shown: (tour: PublishedTour) => void;
  /** Completed or dismissed. */
  readonly ended: (tour: PublishedTour) => void;
}

/** For previews: nothing is asked, and nothing remembered. */
export const anyTime: Frequency = { allows: () => true, shown: () => undefined, ended: () => undefined };

/** `browser` is kept for good, `tab` as long as the tab is. */
export function createFrequency(
  cap: PublishedPayload['frequencyCap'],
  browser: Keeper,
  tab: Keeper,
): Frequency {
  return {
    allows: (tour) => {
      const { mode, everyDays, maxShows, exemptFromCap } = tour.frequency;
      const now = Date.now();
      const kept = browser.read();
      const { n = 0, t = 0, d = false } = kept.tours[tour.id] ?? {};
      if ((mode === 'once' && n > 0) || (mode === 'until_done' && d)) return false;
      if (mode === 'session' && tab.read().tours[tour.id]) return false;
      if (everyDays !== undefined && n > 0 && now - t < everyDays * DAY_MS) return false;
      if (maxShows !== undefined && n >= maxShows) return false;
      return !cap || exemptFromCap === true || recent(kept, cap, now).length < cap.max;
    },
    shown: (tour) => {
      const now = Date.now();
      const counted = cap !== undefined && tour.frequency.exemptFromCap !== true;
      const count = (kept: Kept): Kept => ({
        ...kept,
        tours: {
          ...kept.tours,
          [tour.id]: { ...kept.tours[tour.id], n: (kept.tours[tour.id]?.n ?? 0) + 1, t: now },
        },
        cap: counted ? [...recent(kept, cap, now), now] : kept.cap,
      });
      browser.change(count);
      if (tour.frequency.mode === 'session') tab.change(count);
    },
    ended: (tour) =>
      browser.change((kept) => {
        const seen = kept.tours[tour.id];
        return seen ? { ...kept, tours: { ...kept.tours, [tour.id]: { ...seen, d: true } } } : kept;
      }),
  };
}

const recent = (kept: Kept, cap: { readonly windowHours: number }, now: number): readonly number[] =>
  kept.cap.filter((moment) => now - moment < cap.windowHours * HOUR_MS);
