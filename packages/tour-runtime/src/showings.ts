import type { PublishedTour } from '@isochrone/tours';

/** What this browser has seen. */
export interface Showings {
  readonly allows: (tour: PublishedTour) => boolean;
  readonly shown: (tour: PublishedTour) => void;
  /** Completed or dismissed. */
  readonly ended: (tour: PublishedTour) => void;
}

/**
 * Kept in localStorage; in memory, for this page load, where a page may not use that (blocked cookies, a
 * sandboxed frame, a full disk).
 */
export function createShowings(account: string): Showings {
  const memory = new Set<string>();
  const key = ({ id }: PublishedTour) => `isochrone:${account}:${id}`;
  const remember = (tour: PublishedTour): void => {
    memory.add(key(tour));
    quietly(() => localStorage.setItem(key(tour), '1'));
  };
  const remembers = (tour: PublishedTour): boolean =>
    memory.has(key(tour)) || quietly(() => localStorage.getItem(key(tour)) !== null) === true;

  return {
    allows: (tour) => tour.frequency.mode === 'every' || !remembers(tour),
    shown: (tour) => {
      if (tour.frequency.mode === 'once') remember(tour);
    },
    ended: (tour) => {
      if (tour.frequency.mode === 'until_done') remember(tour);
    },
  };
}

// Blocked storage is an everyday state, not worth a line on somebody's console.
function quietly<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
