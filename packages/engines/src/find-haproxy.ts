import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EnginesError } from './errors.ts';

/** Where haproxy may be: PATH, then where packages put it; Debian leaves sbin out of a user's PATH. */
const searchPath = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  '/usr/sbin',
  '/usr/local/sbin',
];

/**
 * Path of the haproxy binary.
 *
 * @throws EnginesError ENGINES_HAPROXY_MISSING
 */
export function findHaproxy(directories: readonly string[] = searchPath()): string {
  const found = directories.map((directory) => join(directory, 'haproxy')).find(isExecutable);
  if (found !== undefined) return found;
  throw new EnginesError(
    'ENGINES_HAPROXY_MISSING',
    `cannot find haproxy in ${directories.join(', ') || 'an empty path'}`,
    {
      hint: 'apt-get install haproxy',
    },
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
