import type { ReportedEvent } from '@isochrone/tours';
import { guard } from './guard.ts';

/** What a page hears, and what is reported; a step is absent when none was shown. */
export type TourEvent = ReportedEvent;

type Listener = (event: TourEvent) => void;

type Method = (...given: readonly unknown[]) => void;

/** What a page can ask for; what it gives is checked by whoever takes it. */
export type Commands = Readonly<Record<'identify' | 'track' | 'show' | 'consent' | 'clear', Method>>;

export interface Api {
  readonly emit: (event: TourEvent) => void;
  /** Lets the page's calls through, those first that came before this script did. */
  readonly connect: (commands: Commands) => void;
}

/**
 * Takes `window.isochrone` over from the loader's stub, or makes it. Answers undefined when this script has been
 * there before: a page that includes it twice gets one tour, not two.
 */
export function openApi(host: Window): Api | undefined {
  const found: unknown = Reflect.get(host, 'isochrone');
  const stub = typeof found === 'object' && found !== null ? found : {};
  if (Reflect.get(stub, 'ready') === true) return undefined;

  const listeners: { readonly name: string; readonly listener: Listener }[] = [];
  const on = (name: unknown, listener: unknown): void => {
    if (typeof name === 'string' && isListener(listener)) listeners.push({ name, listener });
  };
  return {
    emit: (event) => {
      for (const { name, listener } of listeners) {
        if (name === event.name) guard(`listener for "${name}"`, () => listener(event));
      }
    },
    connect: (commands) => {
      const methods = Object.fromEntries(
        Object.entries<Method>({ ...commands, on }).map(([name, method]) => [
          name,
          (...given: readonly unknown[]): void => {
            guard(name, () => method(...given));
          },
        ]),
      );
      const queue: unknown = Reflect.get(stub, 'q');
      Reflect.set(host, 'isochrone', Object.freeze({ ...methods, ready: true }));
      for (const [method, ...given] of callsIn(queue)) methods[String(method)]?.(...given);
    },
  };
}

/** The stub keeps each call as an array: the method's name, then what it was given. */
const callsIn = (queue: unknown): readonly (readonly unknown[])[] =>
  Array.isArray(queue) ? queue.filter((call: unknown) => Array.isArray(call)) : [];

const isListener = (value: unknown): value is Listener => typeof value === 'function';
