/** What the visitor can ask for while a step is shown. */
export type Move = 'next' | 'back' | 'finish' | 'dismiss';

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
