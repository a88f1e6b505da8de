/** What can happen while a step is shown: the visitor asks for something, or the target is gone. */
export type Move = 'next' | 'back' | 'finish' | 'dismiss' | 'lost' | { readonly tour: string };

export interface Moves {
  readonly make: (move: Move) => void;
  /** The next move; one made while nobody waits is forgotten, but a dismissal is for ever. */
  readonly next: () => Promise<Move>;
  /** Aborted by a dismissal. */
  readonly ended: AbortSignal;
}

/** Aborting `signal` is a dismissal. */
export function createMoves(signal: AbortSignal): Moves {
  const dismissal = new AbortController();
  let waiting: ((move: Move) => void) | undefined;
  const make = (move: Move): void => {
    if (move === 'dismiss') dismissal.abort();
    waiting?.(move);
    waiting = undefined;
  };
  if (signal.aborted) make('dismiss');
  signal.addEventListener('abort', () => make('dismiss'), { once: true });
  return {
    make,
    next: () =>
      new Promise((resolve) => {
        if (dismissal.signal.aborted) resolve('dismiss');
        else waiting = resolve;
      }),
    ended: dismissal.signal,
  };
}
