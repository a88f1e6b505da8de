/** `npm run outages`: what visitors lose at 200 requests per second while something fails behind the edge, or the edge itself changes. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engineNames, interruption, numberFrom, oneOf, runCommand } from '../command-line.ts';
import { writeBetweenMarkers } from '../figures-file.ts';
import { machineText, thisMachine } from '../machine.ts';
import { kinds } from './kinds.ts';
import { engineTable, type Outage, summaryOf } from './report.ts';
import { isInconclusive, type RunResult } from './result.ts';
import { playOutage, type Scale } from './run.ts';

const USAGE = `usage: npm run outages [-- OPTIONS]

  --engine NAME   fastify or haproxy; both where absent
  --only KIND     this kind alone, again for more: ${kinds.map(({ name }) => name).join(', ')}
  --runs N        runs of each, default 5
  --rate N        requests per second, default 200
  --seconds N     how long an outage lasts, default 5
  --json          results for programs, on standard output
  --write         puts the figures into docs/outages.md
  --help          print this

exit codes: 0 nothing was lost, 1 something was, 2 misuse
`;

const DOCUMENT = fileURLToPath(new URL('../../../../docs/outages.md', import.meta.url));

await runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      only: { type: 'string', multiple: true },
      runs: { type: 'string', default: '5' },
      rate: { type: 'string', default: '200' },
      seconds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  const names = kinds.map(({ name }) => name);
  const only = values.only?.map((name) => oneOf('--only', name, names));
  const engines = values.engine === undefined ? engineNames : [oneOf('--engine', values.engine, engineNames)];
  const runs = numberFrom('--runs', values.runs, 1, 100);
  const scale: Scale = {
    rate: numberFrom('--rate', values.rate, 1, 1_000),
    seconds: numberFrom('--seconds', values.seconds, 1, 60),
    calmSeconds: 1,
    drainSeconds: 4,
    regions: 3,
  };
  const signal = interruption();
  const outages: Outage[] = [];
  for (const engine of engines) {
    for (const kind of kinds.filter(({ name }) => only?.includes(name) ?? true)) {
      const results: RunResult[] = [];
      let again = 0;
      while (results.length < runs && !signal.aborted) {
        const result = await playOutage(kind, engine, { ...scale, signal });
        if (signal.aborted) break;
        const isLost = isInconclusive(result) && again < runs;
        if (isLost) again += 1;
        else results.push(result);
        const number = isLost ? 'played again' : `${results.length}/${runs}`;
        process.stderr.write(`${engine} ${kind.name} ${number}: ${words(result)}\n`);
      }
      if (results.length > 0) outages.push({ kind, engine, runs: results, again });
    }
  }
  report(outages, values);
  return !signal.aborted && outages.every((outage) => summaryOf(outage).ok);
});

function words({ requests, failures, problems, heldUpMs }: RunResult): string {
  const lost = Object.entries(failures).map(([what, number]) => `${number} ${what}`);
  const wrong = [...lost, ...problems].join('; ') || 'nothing lost';
  return `${requests} requests, ${wrong}; visitors stood still for ${heldUpMs} ms at most`;
}

function report(
  outages: readonly Outage[],
  { json, write }: { readonly json: boolean; readonly write: boolean },
): void {
  const machine = thisMachine();
  const engines = engineNames.filter((engine) => outages.some((outage) => outage.engine === engine));
  if (json) {
    const results = outages.map((outage) => ({ ...summaryOf(outage), results: outage.runs }));
    process.stdout.write(
      `${JSON.stringify({ ok: results.every(({ ok }) => ok), machine, results }, null, 2)}\n`,
    );
  }
  for (const engine of engines) {
    const ofEngine = outages.filter((outage) => outage.engine === engine);
    if (!json) process.stdout.write(`\n${engine}\n\n${engineTable(ofEngine)}\n`);
    if (write) writeBetweenMarkers(DOCUMENT, `outages: ${engine}`, (before) => engineTable(ofEngine, before));
  }
  if (write) writeBetweenMarkers(DOCUMENT, 'machine', () => `${machineText(machine)}.`);
}
