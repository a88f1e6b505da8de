/** Passes lines on, and lets others listen to them. */
export interface LogLines {
  readonly log: (line: string) => void;
  /**
   * Hands `found` every line from now on, until it returns something; that is what the promise resolves with.
   * `cancel` ends the listening and leaves the promise as it is.
   */
  next<T>(found: (line: string) => T | undefined): { readonly promise: Promise<T>; cancel(): void };
}

export function logLines(log: (line: string) => void): LogLines {
  const listeners = new Set<(line: string) => void>();
  return {
    log: (line) => {
      log(line);
      for (const listener of listeners) listener(line);
    },
    next: <T>(found: (line: string) => T | undefined) => {
      const { promise, resolve } = Promise.withResolvers<T>();
      const listener = (line: string): void => {
        const result = found(line);
        if (result === undefined) return;
        listeners.delete(listener);
        resolve(result);
      };
      listeners.add(listener);
      return { promise, cancel: () => void listeners.delete(listener) };
    },
  };
}
