import { parseArgs } from 'node:util';
import { contenders } from './contenders/contenders.ts';
import { BenchError } from './errors.ts';
import { type ScenarioId, scenarioIds } from './scenarios.ts';

/** What is measured besides loads. */
const otherParts = ['far-away', 'beside', 'profile'] as const;
type OtherPart = (typeof otherParts)[number];
export type Part = ScenarioId | OtherPart;
const parts: readonly Part[] = [...scenarioIds, ...otherParts];

export interface Options {
  readonly contenders: readonly string[];
  readonly parts: readonly Part[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Requests of each kind to each contender with the API far away. */
  readonly farRequests: number;
  /** Times that everybody is left alone for 20 s. */
  readonly silences: number;
  readonly repeats: number;
  readonly json: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

export const USAGE = `usage: npm run bench [-- OPTIONS]

Times every proxy that could stand at the edge, side by side in one run of about 12 minutes, and what else has a speed
to keep. Installs what it needs of Debian's packages where it may.

  --only NAME    this contender or this part alone; may be repeated
  --quick        one round of one second each: about two minutes, for a first look
  --json         results for programs, on standard output
  --write        puts tables and charts into docs/benchmarks.md; a whole run alone may do that
  --help         print this

contenders: ${contenders.map(({ id }) => id).join(', ')}
parts: ${parts.join(', ')}

Ctrl-C stops everything in order.
exit codes: 0 every target that was measured is met, 1 one is not, or something was not measured, 2 misuse
`;

/** @throws BenchError BENCH_USAGE */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { only, quick, json, write, help } = values;
  const ids = contenders.map(({ id }) => id);
  const unknown = only.filter((name) => !ids.includes(name) && !parts.some((part) => part === name));
  if (unknown.length > 0) {
    throw new BenchError('BENCH_USAGE', `--only is ${unknown.map((name) => `"${name}"`).join(', ')}`, {
      hint: `name a contender (${ids.join(', ')}) or a part (${parts.join(', ')})`,
    });
  }
  if (write && (quick || only.length > 0)) {
    throw new BenchError('BENCH_USAGE', '--write with --quick or --only', {
      hint: 'the figures of docs/benchmarks.md are those of one whole run: leave the other options out',
    });
  }
  const chosenIds = ids.filter((id) => only.includes(id));
  const chosenParts = parts.filter((part) => only.includes(part));
  return {
    contenders: chosenIds.length > 0 ? chosenIds : ids,
    parts: chosenParts.length > 0 ? chosenParts : chosenIds.length > 0 ? [...scenarioIds, 'far-away'] : parts,
    rounds: quick ? 1 : 3,
    seconds: quick ? 1 : 3,
    warmUpSeconds: quick ? 1 : 2,
    farRequests: quick ? 5 : 20,
    silences: quick ? 0 : 2,
    repeats: quick ? 3 : 9,
    json,
    write,
    help,
  };
}
