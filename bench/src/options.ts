import { parseArgs } from 'node:util';
import { contenders } from './contenders.ts';

export interface Options {
  /** Names of contenders and parts that take part; all where empty. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

/** What is measured besides the contenders. */
export const parts = ['distance', 'function', 'dns', 'tooling', 'publish'] as const;
export type Part = (typeof parts)[number];

export const USAGE = `usage: npm run bench [-- OPTIONS]

  --only NAME     this contender or part alone; again for more
                  contenders: ${contenders.map(({ name }) => name).join(', ')}
                  parts: ${parts.join(', ')}
  --quick         one short round, and short silences: for a look
  --write         puts the figures and charts into docs/benchmarks.md; needs all of it
  --json          results for programs, on standard output
  --help          print this

Two cores: a contender has one, everything else shares the other. About a quarter of an hour.
exit codes: 0 measured, 1 something could not be, 2 misuse
`;

/** What somebody typed wrong, in words. */
export class Misuse extends Error {}

/** @throws Misuse */
export function optionsFrom(args: readonly string[]): Options {
  const { values } = parsed(args);
  const { only = [], quick = false, write = false, json = false, help = false } = values;
  const known: readonly string[] = [...contenders.map(({ name }) => name), ...parts];
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Misuse(`--only is "${unknown.join('", "')}", expected one of ${known.join(', ')}`);
  if (write && (quick || only.length > 0))
    throw new Misuse('--write needs a whole run: leave --only and --quick out');
  return { only, quick, write, json, help };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        write: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error));
  }
}
