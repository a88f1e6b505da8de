import { type PublishedTour, tourDefaults } from '@isochrone/tours';
import type { TourEvent } from './api.ts';
import { createHighlighter } from './highlighter.ts';
import { listenToKeyboard } from './keyboard.ts';
import { createMoves } from './moves.ts';
import { waitForTarget } from './target.ts';
import { viewOf } from './view.ts';

type Step = PublishedTour['steps'][number];

/** How a tour ended; `not-shown`: no step found its element. */
export type Outcome = 'completed' | 'dismissed' | 'not-shown';

export interface PlayOptions {
  readonly signal: AbortSignal;
  readonly emit: (event: TourEvent) => void;
}

/** Plays one tour from its first step to its end. Aborting the signal takes it off the page. */
export async function play(tour: PublishedTour, { signal, emit }: PlayOptions): Promise<Outcome> {
  const focused = document.activeElement;
  const highlighter = createHighlighter();
  const moves = createMoves(signal);
  let stopKeyboard: (() => void) | undefined;
  const shown: number[] = [];
  const tell = (name: TourEvent['name'], index: number) =>
    emit({ name, tour: tour.id, step: tour.steps[index]?.id });

  try {
    let index = 0;
    for (let step = tour.steps[index]; step; step = tour.steps[index]) {
      const place = await placeOf(step, moves.ended);
      if (moves.ended.aborted) break;
      if (place === 'missing') {
        tell('missing', index);
        if (step.kind === 'tooltip' && step.anchor.onMissing === 'end') break;
        index += 1;
        continue;
      }
      if (shown.length === 0) tell('shown', index);
      tell('step', index);
      // Not before: Escape pressed while nothing is to be seen is not about the tour.
      stopKeyboard ??= listenToKeyboard(moves.make);
      shown.push(index);
      highlighter.show(viewOf(tour, index, place.target, shown.length > 1, moves.make));
      const move = await moves.next();
      if (move === 'dismiss') break;
      if (move === 'back') {
        shown.pop();
        // Back on the first step that was shown stays there.
        index = shown.pop() ?? index;
      } else {
        index = move === 'finish' ? tour.steps.length : index + 1;
      }
    }
    const last = shown.at(-1);
    if (last === undefined) return 'not-shown';
    const outcome = index >= tour.steps.length ? 'completed' : 'dismissed';
    tell(outcome, last);
    return outcome;
  } finally {
    stopKeyboard?.();
    highlighter.close();
    if (shown.length > 0) restoreFocus(focused);
  }
}

async function placeOf(
  step: Step,
  signal: AbortSignal,
): Promise<'missing' | { readonly target: Element | undefined }> {
  if (step.kind !== 'tooltip') return { target: undefined };
  const {
    path,
    waitMs = tourDefaults.anchor.waitMs,
    onMissing = tourDefaults.anchor.onMissing,
  } = step.anchor;
  const target = await waitForTarget(path, waitMs, signal);
  return target || onMissing === 'center' ? { target } : 'missing';
}

function restoreFocus(element: Element | null): void {
  if (element instanceof HTMLElement && element.isConnected) element.focus({ preventScroll: true });
}
