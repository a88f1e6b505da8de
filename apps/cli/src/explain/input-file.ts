import { readFileSync } from 'node:fs';
import { CliError } from '../errors.ts';
import { reasonOf } from '../topology-file.ts';

/** The text of a file that an option names. */
export function readInput(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_INPUT_UNREADABLE', `cannot read ${file}: ${reasonOf(cause)}`, {
      hint: `name a file that exists with ${option}`,
      cause,
    });
  }
}
