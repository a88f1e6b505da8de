/** `npm run bench`: every proxy that people would pick, side by side; see docs/benchmarks.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnginesError } from '@isochrone/engines';
import { writeBetweenMarkers } from '@isochrone/proxy-conformance';
import { bench } from './bench.ts';
import { BenchError } from './errors.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { charts } from './report/charts.ts';
import { sections } from './report/sections.ts';
import type { Results } from './results.ts';
import { judge, targets } from './targets.ts';

const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const CHARTS = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));

async function run(): Promise<0 | 1 | 2> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (!options.help) return await measured(options);
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    if (isParseError(error)) return complain(`${error.message}\n\n${USAGE}`, 2);
    if (!(error instanceof BenchError || error instanceof EnginesError)) throw error;
    return complain(
      `${error.code} ${error.message}\n  ${error.hint}\n`,
      error.code === 'BENCH_USAGE' ? 2 : 1,
    );
  }
}

async function measured(options: Options): Promise<0 | 1> {
  if (availableParallelism() < 2) {
    throw new BenchError('BENCH_TOOL_MISSING', 'this machine has one core', {
      hint: 'a proxy needs one for itself, and what asks it another one',
    });
  }
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    process.stderr.write('stopping after this measurement; Ctrl-C again leaves at once\n');
  });
  const began = performance.now();
  const results = await bench({
    ...options,
    signal: controller.signal,
    onProgress: (line) => process.stderr.write(`${stamp(performance.now() - began)} ${line}\n`),
  });
  const isWhole = !controller.signal.aborted;
  const judged = judge(targets, results);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...results, targets: judged }, null, 2)}\n`);
  else process.stdout.write(asText(results));
  if (options.write && isWhole) await write(results);
  return isWhole &&
    judged.every(({ isMet }) => isMet !== false) &&
    results.rows.every(({ absent }) => absent === null)
    ? 0
    : 1;
}

async function write(results: Results): Promise<void> {
  for (const [name, text] of Object.entries(sections(results))) {
    writeBetweenMarkers(DOCUMENT, `bench: ${name}`, () => text);
  }
  await mkdir(CHARTS, { recursive: true });
  for (const [name, svg] of Object.entries(charts(results))) await writeFile(join(CHARTS, name), svg);
}

const asText = (results: Results): string =>
  Object.entries(sections(results))
    .filter(([, text]) => text !== 'Not measured.')
    .map(([name, text]) => `\n## ${name}\n\n${text}\n`)
    .join('');

function stamp(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}

function complain<T extends 1 | 2>(words: string, exitCode: T): T {
  process.stderr.write(words);
  return exitCode;
}

/** What `parseArgs` says of an unknown option. */
const isParseError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');

process.exitCode = await run();
