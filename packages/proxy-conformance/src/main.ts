import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type EngineName, EnginesError, findHaproxy } from '@isochrone/engines';
import { ProxyConformanceError } from './errors.ts';
import { engineLimits } from './limits-of-engines.ts';
import { conformanceJson, conformancePage, conformanceText } from './report.ts';
import { type CaseResult, caseNames, runProxySuite, type SuiteResult } from './suite.ts';
import { edgeProgram } from './world/edge-program.ts';

const USAGE = `usage: npm run conformance [-- OPTIONS]

Runs every case of packages/proxy-conformance against the real process of each engine.

  --engine NAME   haproxy or fastify; both where absent
  --only PATTERN  the cases whose name contains it, or matches it as a regular expression
  --write         write docs/conformance.md; needs both engines and every case
  --list          print the names of the cases, and run none
  --json          print {engine: {cases, failed, skipped}} and nothing else
  --help          print this

exit codes: 0 fine, 1 a case failed, 2 misuse
`;

const ENGINES: readonly EngineName[] = ['haproxy', 'fastify'];
const PAGE = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url));
const EDGE_PROXY = fileURLToPath(new URL('../../../apps/edge-proxy/dist/main.mjs', import.meta.url));

interface Options {
  readonly engines: readonly EngineName[];
  readonly only: (name: string) => boolean;
  readonly write: boolean;
  readonly list: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

function readOptions(): Options {
  let values: ReturnType<typeof parsed>;
  try {
    values = parsed();
  } catch (error) {
    throw misuse(error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error));
  }
  const { engine, only, write = false, list = false, json = false, help = false } = values;
  const engines = engine === undefined ? ENGINES : ENGINES.filter((each) => each === engine);
  if (engines.length === 0) throw misuse(`--engine is "${engine}", expected ${ENGINES.join(' or ')}`);
  if (write && (engine !== undefined || only !== undefined)) {
    throw misuse('--write needs both engines and every case: leave --engine and --only out');
  }
  return { engines, only: only === undefined ? () => true : matching(only), write, list, json, help };
}

const parsed = () =>
  parseArgs({
    options: {
      engine: { type: 'string' },
      only: { type: 'string' },
      write: { type: 'boolean' },
      list: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;

function matching(pattern: string): (name: string) => boolean {
  let expression: RegExp | undefined;
  try {
    expression = new RegExp(pattern);
  } catch {
    // Then it is plain text.
  }
  const matches = (name: string): boolean => name.includes(pattern) || expression?.test(name) === true;
  if (caseNames.some(matches)) return matches;
  throw new ProxyConformanceError(
    'PROXY_CONFORMANCE_UNKNOWN_CASE',
    `--only ${JSON.stringify(pattern)} names no case`,
    {
      hint: 'npm run conformance -- --list prints the names',
    },
  );
}

const misuse = (message: string): ProxyConformanceError =>
  new ProxyConformanceError('PROXY_CONFORMANCE_USAGE', message, {
    hint: 'see npm run conformance -- --help',
  });

function checkPresent(engines: readonly EngineName[]): void {
  if (engines.includes('haproxy')) findHaproxy();
  if (!engines.includes('fastify') || existsSync(EDGE_PROXY)) return;
  throw new ProxyConformanceError('PROXY_CONFORMANCE_NOT_BUILT', `${EDGE_PROXY} is not there`, {
    hint: 'npm run build',
  });
}

/** What goes on, on standard error: a line for each case that did not pass, and a count. */
function progress(engine: EngineName): (result: CaseResult) => void {
  let done = 0;
  return ({ name, outcome, reason = '', ms }) => {
    done += 1;
    if (outcome === 'failed')
      process.stderr.write(`${engine} FAILED ${name} (${ms} ms)\n  ${reason.replaceAll('\n', '\n  ')}\n`);
    if (done % 50 === 0) process.stderr.write(`${engine} ${done} cases\n`);
  };
}

async function run({ engines, only, write, json }: Options): Promise<number> {
  checkPresent(engines);
  const suites: SuiteResult[] = [];
  for (const engine of engines) {
    suites.push(
      await runProxySuite({
        name: engine,
        start: edgeProgram(engine, { edgeProxyEntry: EDGE_PROXY }),
        skip: engineLimits[engine],
        only,
        onResult: progress(engine),
      }),
    );
  }
  process.stdout.write(json ? conformanceJson(suites) : conformanceText(suites));
  if (write) writeIfChanged(PAGE, conformancePage(suites));
  return suites.some(({ failed }) => failed > 0) ? 1 : 0;
}

function writeIfChanged(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(file, text);
}

async function main(): Promise<number> {
  try {
    const options = readOptions();
    if (options.help) process.stdout.write(USAGE);
    else if (options.list) process.stdout.write(`${caseNames.filter(options.only).join('\n')}\n`);
    else return await run(options);
    return 0;
  } catch (error) {
    if (!(error instanceof ProxyConformanceError || error instanceof EnginesError)) throw error;
    process.stderr.write(`${error.code} ${error.message}\n  ${error.hint}\n`);
    return error.code === 'PROXY_CONFORMANCE_USAGE' ? 2 : 1;
  }
}

process.exitCode = await main();
