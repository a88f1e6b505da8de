/** `npm run bench`: this edge beside every proxy that people would pick, and how fast the rest is; see docs/benchmarks.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBetweenMarkers } from '@isochrone/proxy-conformance';
import { bench } from './bench.ts';
import { moveToLoadCore } from './cores.ts';
import { Misuse, type Options, optionsFrom, USAGE } from './options.ts';
import { type Report, reportOf } from './report.ts';

const DOCS = join(import.meta.dirname, '../../docs');
/** Debian keeps daemons where an ordinary user's PATH does not look. */
process.env['PATH'] = `${process.env['PATH']}:/usr/sbin`;

function readOptions(): Options | undefined {
  try {
    return optionsFrom(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

const options = readOptions();
if (options?.help) process.stdout.write(USAGE);
else if (options) await run(options);

async function run(asked: Options): Promise<void> {
  moveToLoadCore();
  const began = performance.now();
  const tell = (line: string): void => {
    const seconds = Math.round((performance.now() - began) / 1_000);
    process.stderr.write(`${String(seconds).padStart(4)} s  ${line}\n`);
  };
  const result = await bench(asked, tell);
  const report = reportOf(result);
  if (asked.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  else process.stdout.write(`${Object.values(report.sections).join('\n\n')}\n`);
  const failures = [
    ...result.entrants.flatMap(({ name, disqualified }) => (disqualified === undefined ? [] : [name])),
    ...Object.keys(result.missing),
  ];
  if (asked.write) write(report);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function write({ sections, charts }: Report): void {
  for (const [marker, section] of Object.entries(sections))
    writeBetweenMarkers(join(DOCS, 'benchmarks.md'), marker, () => section);
  const folder = join(DOCS, 'benchmarks');
  mkdirSync(folder, { recursive: true });
  for (const [name, svg] of Object.entries(charts)) writeFileSync(join(folder, name), svg);
}
