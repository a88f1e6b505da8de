import type { PublishedTour, ScriptData } from '@isochrone/tours';
import type { TourEvent } from './api.ts';
import { guardAsync } from './guard.ts';
import { play } from './player.ts';
import type { Showings } from './showings.ts';

export interface Stage {
  /** Shows a tour because the page asked for it, whatever its frequency. */
  readonly show: (id: string) => void;
  /** Shows the first tour that starts by itself, is due, and finds its element. */
  readonly startByPage: () => void;
}

/** One tour at a time: a tour that the page asks for takes the place of the one that is there. */
export function createStage(data: ScriptData, showings: Showings, emit: (event: TourEvent) => void): Stage {
  /** The tour that is on the page, was, or is about to be. */
  let turn: AbortController | undefined;

  const run = async (tour: PublishedTour, { signal }: AbortController) => {
    const outcome = await play(tour, {
      signal,
      emit: (event) => {
        if (event.name === 'shown') showings.shown(tour);
        emit(event);
      },
    });
    if (outcome !== 'not-shown') showings.ended(tour);
    return outcome;
  };

  return {
    show: (id) => {
      const tour = data.tours.find((candidate) => candidate.id === id);
      if (!tour) {
        console.warn(`isochrone: no live tour "${id}"`);
        return;
      }
      turn?.abort();
      const mine = new AbortController();
      turn = mine;
      guardAsync('show', async () => {
        await run(tour, mine);
      });
    },
    startByPage: () => {
      // What the page asked for before this script arrived comes first.
      if (turn) return;
      const mine = new AbortController();
      turn = mine;
      guardAsync('start by page', async () => {
        for (const tour of data.tours) {
          if (tour.trigger.kind !== 'page' || !showings.allows(tour)) continue;
          await pause(tour.trigger.delayMs ?? 0, mine.signal);
          if (mine.signal.aborted || (await run(tour, mine)) !== 'not-shown') return;
        }
      });
    },
  };
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timeout = window.setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        window.clearTimeout(timeout);
        resolve();
      },
      { once: true },
    );
  });
