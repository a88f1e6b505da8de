import { join } from 'node:path';
import type { UnexpectedExit } from '@isochrone/engines';

/** What the person at the terminal reads of an end that nobody asked for. */
export function exitLine({ name, code, signal, error, restartInMs }: UnexpectedExit, logs: string): string {
  const how =
    error === undefined
      ? signal === null
        ? `ended with code ${code}`
        : `ended on ${signal}`
      : 'did not start';
  const why = error instanceof Error ? ` (${error.message})` : '';
  return `${name} ${how}${why}; starting it again in ${restartInMs} ms (log: ${join(logs, `${name}.log`)})`;
}
