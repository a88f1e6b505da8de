/** `npm run soak`: minutes of mixed load with faults, reloads and killed workers; see docs/soak.md. */
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engineNames, interruption, numberFrom, oneOf, runCommand } from '../command-line.ts';
import { writeBetweenMarkers } from '../figures-file.ts';
import { machineText, thisMachine } from '../machine.ts';
import { soakReport } from './report.ts';
import { type SoakResult, soak } from './run.ts';

const USAGE = `usage: npm run soak [-- OPTIONS]

  --engine NAME   fastify or haproxy; one after the other where absent
  --minutes N     for each engine, default 10
  --rate N        requests per second, default 150
  --seed N        what chance depends on; printed, so that a run can be had again
  --json          results for programs, on standard output
  --write         puts the report into docs/soak.md
  --help          print this

Ctrl-C stops everything in order, and reports what was seen until then.
exit codes: 0 as promised, 1 not so, 2 misuse
`;

const DOCUMENT = fileURLToPath(new URL('../../../../docs/soak.md', import.meta.url));
const SEEDS = 1_000_000;

await runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      rate: { type: 'string', default: '150' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  const engines = values.engine === undefined ? engineNames : [oneOf('--engine', values.engine, engineNames)];
  const minutes = numberFrom('--minutes', values.minutes, 0.1, 24 * 60);
  const rate = numberFrom('--rate', values.rate, 1, 500);
  const seed =
    values.seed === undefined ? randomInt(SEEDS) : numberFrom('--seed', values.seed, 0, 2 ** 32 - 1);
  const signal = interruption();
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  onProgress(`seed ${seed}`);
  const results: SoakResult[] = [];
  for (const engine of engines) {
    if (signal.aborted) break;
    const result = await soak({ engine, minutes, rate, seed, signal, onProgress });
    results.push(result);
    if (!values.json) process.stdout.write(`\n${engine}\n\n${soakReport(result)}\n`);
    for (const visit of result.examples) onProgress(JSON.stringify(visit));
    if (values.write) writeBetweenMarkers(DOCUMENT, `soak: ${engine}`, () => soakReport(result));
  }
  const machine = thisMachine();
  const ok = results.every((result) => result.ok);
  if (values.json) process.stdout.write(`${JSON.stringify({ ok, machine, results }, null, 2)}\n`);
  if (values.write) writeBetweenMarkers(DOCUMENT, 'machine', () => `${machineText(machine)}.`);
  return ok && !signal.aborted;
});
