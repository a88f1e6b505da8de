import type { Fault } from './faults/fault.ts';
import type { HealthTransition } from './health/health-checks.ts';

/** What happens in the world. */
export type Happening =
  | ({ readonly type: 'health' } & Omit<HealthTransition, 'at'>)
  /** A process ended by itself, or by somebody else's signal. */
  | {
      readonly type: 'process-exit';
      readonly name: string;
      readonly code: number | null;
      readonly signal: string | null;
      readonly restartInMs: number;
    }
  | { readonly type: 'fault'; readonly action: 'made' | 'undone'; readonly fault: Fault }
  | { readonly type: 'publish'; readonly region: string; readonly method: string; readonly path: string }
  | { readonly type: 'topology'; readonly regions: readonly string[] };

export type WorldEvent = Happening & {
  /** Counts from 1, for `Last-Event-ID`. */
  readonly id: number;
  /** ISO 8601. */
  readonly at: string;
};

/** The world's news, for whoever listens. */
export interface Events {
  readonly tell: (happening: Happening) => void;
  /** Calls back with what came after the event of that id, as far as it is remembered, and with everything from now on. */
  readonly listen: (listener: (event: WorldEvent) => void, after?: number) => () => void;
}

const REMEMBERED = 200;

export function openEvents(): Events {
  const remembered: WorldEvent[] = [];
  const listeners = new Set<(event: WorldEvent) => void>();
  let last = 0;
  return {
    tell: (happening) => {
      last += 1;
      const event: WorldEvent = { id: last, at: new Date().toISOString(), ...happening };
      remembered.push(event);
      remembered.splice(0, remembered.length - REMEMBERED);
      for (const listener of listeners) listener(event);
    },
    listen: (listener, after = last) => {
      for (const event of remembered) if (event.id > after) listener(event);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
