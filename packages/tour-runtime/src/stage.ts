import type { PublishedTour, ScriptData } from '@isochrone/tours';
import type { TourEvent } from './api.ts';
import type { Frequency } from './frequency.ts';
import { guard, guardAsync } from './guard.ts';
import { play } from './player.ts';
import { findTarget, isSelectorPath } from './target.ts';
import { isFor, type Visitor } from './targeting.ts';
import { matchesUrls } from './urls.ts';
import { watchDocument } from './watch-document.ts';

export interface Stage {
  /** Shows a tour because the page asked for it, whatever its targeting and frequency. */
  readonly show: (id: string) => void;
  /** The visitor came to this page, or to another one without a load. */
  readonly enterPage: () => void;
  /** The page said that something happened. */
  readonly track: (event: string) => void;
  /** Something that targeting depends on has changed. */
  readonly reconsider: () => void;
}

export interface StageParts {
  readonly data: Pick<ScriptData, 'tours' | 'themes'>;
  readonly visitor: Visitor;
  readonly frequency: Frequency;
  readonly emit: (event: TourEvent) => void;
}

/** A tour on the page, or one that is about to be. */
interface Running {
  readonly tour: PublishedTour;
  readonly controller: AbortController;
  shown: boolean;
  anchored: boolean;
}

/** One tour at a time: a tour that the page asks for takes the place of the one that is there. */
export function createStage({ data, visitor, frequency, emit }: StageParts): Stage {
  const { tours, themes } = data;
  let running: Running | undefined;
  /** Tours whose trigger has fired on this page; they start when they are due and nothing else is there. */
  const armed = new Set<PublishedTour>();
  const timers = new Set<number>();
  const trackListeners = new Set<(event: string) => void>();
  let stopWatching: (() => void) | undefined;

  const consider = (): void => {
    guard('start', () => {
      if (running || document.visibilityState === 'hidden') return;
      const tour = tours.find(
        (candidate) => armed.has(candidate) && isFor(candidate, visitor) && frequency.allows(candidate),
      );
      if (!tour) return;
      armed.delete(tour);
      run(tour);
    });
  };

  const run = (tour: PublishedTour): void => {
    running?.controller.abort();
    const mine: Running = { tour, controller: new AbortController(), shown: false, anchored: false };
    running = mine;
    guardAsync('tour', async () => {
      const ending = await play(tour, {
        signal: mine.controller.signal,
        theme: themes?.[tour.theme ?? 'default'],
        emit: (event) => {
          if (event.name === 'shown') begin(mine);
          emit(event);
        },
        onTrack: (listener) => {
          trackListeners.add(listener);
          return () => trackListeners.delete(listener);
        },
        onStep: (anchored) => {
          mine.anchored = anchored;
        },
      }).finally(() => {
        if (running === mine) running = undefined;
      });
      const { outcome } = ending;
      if (outcome === 'completed' || outcome === 'dismissed') frequency.ended(tour);
      if (ending.tour !== undefined) show(ending.tour);
      else consider();
    });
  };

  const begin = (mine: Running): void => {
    mine.shown = true;
    frequency.shown(mine.tour);
    // One tour by itself for each page is enough.
    for (const tour of armed) if (tour.trigger.kind === 'page') armed.delete(tour);
  };

  const show = (id: string): void => {
    const tour = tours.find((candidate) => candidate.id === id);
    if (tour) run(tour);
    else console.warn(`isochrone: no live tour "${id}"`);
  };

  /** To be followed by `consider`, once all that fire together are armed. */
  const arm = (tour: PublishedTour): void => {
    const delay = tour.trigger.kind === 'manual' ? 0 : (tour.trigger.delayMs ?? 0);
    if (delay === 0) {
      armed.add(tour);
      return;
    }
    const timer = window.setTimeout(() => {
      timers.delete(timer);
      armed.add(tour);
      consider();
    }, delay);
    timers.add(timer);
  };

  const watchElements = (): void => {
    stopWatching?.();
    const waiting = tours.flatMap((tour) =>
      tour.trigger.kind === 'element' && isSelectorPath(tour.trigger.path)
        ? [{ tour, path: tour.trigger.path, seen: false }]
        : [],
    );
    if (waiting.length === 0) return;
    const look = (): void => {
      for (const entry of waiting) {
        const seen = findTarget(entry) !== undefined;
        const appeared = seen && !entry.seen;
        entry.seen = seen;
        if (!appeared) continue;
        arm(entry.tour);
        consider();
      }
    };
    stopWatching = watchDocument(look);
    look();
  };

  document.addEventListener('visibilitychange', consider);
  return {
    show,
    enterPage: () => {
      for (const timer of timers) window.clearTimeout(timer);
      timers.clear();
      armed.clear();
      // What stands beside an element goes with that; a banner or modal is about the page that it came on.
      const leaves =
        running && !running.anchored && !matchesUrls(running.tour.target?.urls, location)
          ? running
          : undefined;
      leaves?.controller.abort();
      if (leaves || !running?.shown) for (const tour of tours) if (tour.trigger.kind === 'page') arm(tour);
      watchElements();
      consider();
    },
    track: (event) => {
      for (const listener of trackListeners) listener(event);
      for (const tour of tours) {
        if (tour.trigger.kind === 'event' && tour.trigger.event === event) arm(tour);
      }
      consider();
    },
    reconsider: consider,
  };
}
