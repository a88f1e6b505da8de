import { type PublishedTour, type Step, type Theme, tourDefaults } from '@isochrone/tours';
import type { TourEvent } from './api.ts';
import { guard } from './guard.ts';
import { deepActiveElement } from './keyboard.ts';
import { createMoves, type Move } from './moves.ts';
import { createScene, type Scene } from './scene.ts';
import { waitForTarget } from './target.ts';
import { viewOf } from './view.ts';

/** How a tour ended. */
export interface Ending {
  /** `not-shown`: no step found its element; `left`: it was taken off the page. */
  readonly outcome: 'completed' | 'dismissed' | 'not-shown' | 'left';
  /** What a button asks for next. */
  readonly tour?: string;
}

export interface PlayOptions {
  /** Aborting it takes the tour off the page. */
  readonly signal: AbortSignal;
  readonly emit: (event: TourEvent) => void;
  readonly theme: Theme | undefined;
  /** Hears of what the page tracks; answers a function that ends it. */
  readonly onTrack: (listener: (event: string) => void) => () => void;
  /** Told whether the step that is shown stands beside an element. */
  readonly onStep: (anchored: boolean) => void;
}

/** Plays one tour from its first step to its end. */
export async function play(tour: PublishedTour, options: PlayOptions): Promise<Ending> {
  const { signal, emit, theme, onTrack, onStep } = options;
  const focused = deepActiveElement();
  const moves = createMoves(signal);
  let scene: Scene | undefined;
  /** Indices of the steps that were shown, without those that the visitor went back from. */
  const shown: number[] = [];
  const tell = (name: TourEvent['name'], index: number): void => {
    const step = tour.steps[index]?.id;
    emit({ name, tour: tour.id, ...(step === undefined ? {} : { step }) });
  };

  const end = (outcome: 'completed' | 'dismissed', next: Pick<Ending, 'tour'> = {}): Ending => {
    const last = shown.at(-1);
    if (last === undefined) return { outcome: 'not-shown' };
    if (signal.aborted) return { outcome: 'left' };
    tell(outcome, last);
    return { outcome, ...next };
  };

  try {
    let index = 0;
    let again = false;
    for (let step = tour.steps[index]; step; step = tour.steps[index]) {
      const place = await placeOf(step, moves.ended);
      if (moves.ended.aborted) return end('dismissed');
      if (place === 'missing') {
        tell('missing', index);
        if (step.kind === 'tooltip' && step.anchor.onMissing === 'end') return end('dismissed');
        again = false;
        index += 1;
        continue;
      }
      if (!again) {
        if (shown.length === 0) tell('shown', index);
        tell('step', index);
        shown.push(index);
      }
      onStep(place.target !== undefined);
      const canGoBack = shown.length > 1;
      const view = viewOf({ tour, index, target: place.target, canGoBack, make: moves.make });
      scene ??= createScene(theme);
      if (view) scene.show(view);
      const stop = listenToAdvance(step, place.target, moves.make, onTrack);
      const move = await moves.next();
      stop();
      again = move === 'lost';
      if (move === 'lost') scene.hide();
      else if (move === 'dismiss') return end('dismissed');
      else if (move === 'finish') return end('completed');
      else if (move === 'back') {
        shown.pop();
        // Back on the first step that was shown stays there.
        index = shown.pop() ?? index;
      } else if (move === 'next') index += 1;
      else return end('completed', move);
    }
    return end('completed');
  } finally {
    // A visitor who went on to the page by themselves stays where they are.
    if (scene?.close()) restoreFocus(focused);
  }
}

async function placeOf(
  step: Step,
  signal: AbortSignal,
): Promise<'missing' | { readonly target: Element | undefined }> {
  if (step.kind !== 'tooltip') return { target: undefined };
  const { waitMs = tourDefaults.anchor.waitMs, onMissing = tourDefaults.anchor.onMissing } = step.anchor;
  const target = await waitForTarget(step.anchor, waitMs, signal);
  return target || onMissing === 'center' ? { target } : 'missing';
}

/** Goes on when what the step waits for happens. */
function listenToAdvance(
  { advance }: Step,
  target: Element | undefined,
  make: (move: Move) => void,
  onTrack: PlayOptions['onTrack'],
): () => void {
  if (advance?.on === 'event') {
    return onTrack((event) => {
      if (event === advance.event) make('next');
    });
  }
  if (!advance || !target) return () => undefined;
  const listener = (event: Event): void => {
    guard('advance', () => {
      if (event.composedPath().includes(target)) make('next');
    });
  };
  // Capture: a page may stop the event at the element.
  window.addEventListener('click', listener, true);
  return () => window.removeEventListener('click', listener, true);
}

function restoreFocus(element: Element | null): void {
  if (element instanceof HTMLElement && element.isConnected) element.focus({ preventScroll: true });
}
