import { Command, InvalidArgumentError, Option } from 'commander';
// Of a command only its types: its code is loaded when it runs, so that --help need not wait for all of them.
import type { DoctorOptions } from './commands/doctor.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { FunctionOptions, ReleaseCommandOptions, RollCommandOptions } from './commands/release.ts';
import { CliError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import { waves } from './release/wave.ts';
import { topologyFile } from './topology-file.ts';
import { addTourCommands } from './tour-program.ts';

interface CommonOptions {
  readonly topology?: string;
  readonly json?: true;
}

interface DrillCommandOptions {
  readonly scenario: readonly string[];
  readonly control: string;
  readonly figures?: string;
  readonly json?: true;
}

/** The command line; `tell` hears what a command found. Commander throws instead of leaving the process. */
export function createProgram(version: string, tell: (outcome: Outcome, asJson: boolean) => void): Command {
  const program = new Command('./isochrone')
    .description(
      'Checks topology files, generates what follows from them, plans changes, examines deployments, and explains where they send people.',
    )
    .version(version)
    .showHelpAfterError('see ./isochrone --help')
    .exitOverride()
    .addHelpText(
      'after',
      examples('./isochrone validate', './isochrone generate --check', './isochrone explain --from tokyo'),
    );

  withCommonOptions(program.command('validate'))
    .argument('[file...]', 'topology files (default: topologies/production.yaml)')
    .description('report every problem of topology files, each at its line')
    .addHelpText(
      'after',
      examples(
        './isochrone validate',
        './isochrone validate topologies/*.yaml',
        './isochrone validate --json | jq .files[].problems',
      ),
    )
    .action(async (files: readonly string[], { topology, json }: CommonOptions) => {
      const named = topology === undefined ? files : [...files, topology];
      const all = named.length === 0 ? [topologyFile()] : named.map((file) => topologyFile(file));
      const { validate } = await import('./commands/validate.ts');
      tell(validate(all), json === true);
    });

  withCommonOptions(program.command('generate'))
    .argument('[file]', 'topology file (default: topologies/production.yaml)')
    .description('write what follows from a topology: proxy configuration, DNS records, deploy matrix')
    .option('--out <dir>', 'folder to write to (default: generated/<name of the topology>)', folderName)
    .option('--check', 'write nothing; exit with 1 when something would change')
    .addHelpText(
      'after',
      examples(
        './isochrone generate',
        './isochrone generate --check',
        './isochrone generate topologies/staging.yaml --out preview',
      ),
    )
    .action(
      async (
        file: string | undefined,
        options: CommonOptions & { readonly out?: string; readonly check?: true },
      ) => {
        const { topology, json, out, check } = options;
        if (file !== undefined && topology !== undefined) {
          throw new CliError('CLI_USAGE', `two topologies given: ${file} and ${topology}`, {
            hint: 'name one; FILE and --topology FILE mean the same',
          });
        }
        const { generate } = await import('./commands/generate.ts');
        tell(generate(topologyFile(file ?? topology), { out, check: check === true }), json === true);
      },
    );

  withCommonOptions(program.command('explain'), 'topology file (default: topologies/production.yaml)')
    .argument('[name]', 'name to look up (default: the public name of the topology)')
    .description('say what DNS answers to a client, and every reason for it, offline')
    .requiredOption(
      '--from <place>',
      'where the client is: a city, a region, latitude,longitude or an IP address',
    )
    .option(
      '--down <target>',
      'a region, an instance or a health check that is down; may be repeated',
      collect,
      [],
    )
    .option('--type <type>', 'type of record to look up', 'A')
    .option('--latency <file>', 'measured round trips instead of modelled ones: {client: {region: ms}}')
    .option('--geo <file>', 'where networks are: {CIDR: "latitude,longitude"}')
    .option(
      '--draw <number>',
      'what a weighted choice draws, from 0 to below 1 (default: by chance)',
      readDraw,
    )
    .addHelpText(
      'after',
      examples(
        './isochrone explain --from "new york"',
        './isochrone explain --from 52.52,13.41 --down eu-west-1 --json',
        './isochrone explain --from 198.51.100.7 --down proxy1-eu-west-1-fast --down proxy2-eu-west-1-fast',
      ),
    )
    .action(
      async (name: string | undefined, { topology, json, ...options }: CommonOptions & ExplainOptions) => {
        const { explain } = await import('./commands/explain.ts');
        tell(explain(topologyFile(topology), { name, ...options }), json === true);
      },
    );

  withCommonOptions(program.command('doctor'), 'what should be there (default: topologies/production.yaml)')
    .description(
      'examine a deployment from outside: DNS, certificates, Host and SNI, health, bundles, caching',
    )
    .option('--resolver <address>', "name server to ask, with a port if not 53 (default: the system's)")
    .addOption(inWorld('examine the local world'))
    .option('--account <key>', 'whose script to ask for (default: nobody’s; the sample’s in the local world)')
    .option('--ca <file>', 'PEM file of the only authority to trust')
    .addOption(
      new Option(
        '--quotas',
        'also read the quotas of the account whose credentials the environment has',
      ).conflicts('world'),
    )
    .option(
      '--ignore <finding>',
      'a finding that is meant, such as bundle-differs; may be repeated',
      collect,
      [],
    )
    .addHelpText(
      'after',
      examples(
        './isochrone doctor',
        './isochrone doctor --resolver 1.1.1.1 --account acme --json',
        './isochrone doctor --quotas',
        './isochrone doctor --world',
      ),
    )
    .action(async ({ topology, json, ...options }: CommonOptions & DoctorOptions) => {
      const { doctor } = await import('./commands/doctor.ts');
      tell(await doctor(topologyFile(topology), options), json === true);
    });

  program
    .command('plan')
    .description('say what it takes to make one topology of another: steps, who moves, cost and dangers')
    .option('--from <rev|file>', 'what is deployed: a revision of git, a file, or none', 'HEAD')
    .option('--to <file>', 'what is wanted (default: topologies/production.yaml)')
    .option('--down <target>', 'what is down now: a region, an instance or a health check', collect, [])
    .option('--requests <number>', 'requests a month, for the cost (default: 10 million)', readCount)
    .option('--force', 'do not refuse dangers, only tell them')
    .addOption(new Option('--markdown', 'print Markdown, for a pull request').conflicts('json'))
    .addOption(new Option('--json', 'print JSON to stdout'))
    .addHelpText(
      'after',
      `\nExamples:\n${[
        './isochrone plan',
        './isochrone plan --from origin/main --markdown',
        './isochrone plan --from topologies/production.yaml --to next.yaml --down eu-west-1',
        './isochrone plan --from none --requests 50000000',
      ]
        .map((line) => `  ${line}`)
        .join('\n')}\n\nExit codes: 0 nothing changes, 1 problems or misuse, 2 changes, 3 refused.`,
    )
    .action(async ({ json, ...options }: PlanOptions & Pick<CommonOptions, 'json'>) => {
      const { plan } = await import('./commands/plan.ts');
      tell(plan(options), json === true);
    });

  withWaves(program.command('release'))
    .description('bring the built functions to the alias live, region by region, and back where one is ill')
    .option('--bundle <dir>', 'folder of a build (default: apps/tour-lambda/dist/<name of the topology>)')
    .addOption(inWorld("release to the local world's functions"))
    .option('--keep <number>', 'versions that stay, besides those that aliases point at', readCount, 5)
    .addHelpText(
      'after',
      examples(
        './isochrone release --wave canary',
        './isochrone release --wave rest --json',
        './isochrone release --region eu-west-1 --dry-run',
        './isochrone release --world',
      ),
    )
    .action(async ({ topology, json, ...options }: CommonOptions & Omit<ReleaseCommandOptions, 'say'>) => {
      const { releaseCommand } = await import('./commands/release.ts');
      tell(await releaseCommand(topologyFile(topology), { ...options, say: progress(json) }), json === true);
    });

  withWaves(program.command('rollback'))
    .description('point the alias live back at the version before the last release, region by region')
    .addOption(inWorld("roll the local world's functions back"))
    .addHelpText(
      'after',
      examples('./isochrone rollback --region eu-west-1', './isochrone rollback --dry-run'),
    )
    .action(async ({ topology, json, ...options }: CommonOptions & Omit<FunctionOptions, 'say'>) => {
      const { rollbackCommand } = await import('./commands/release.ts');
      tell(await rollbackCommand(topologyFile(topology), { ...options, say: progress(json) }), json === true);
    });

  withWaves(program.command('roll'))
    .description('replace the machines of edge proxies one by one: drain, wait, replace, verify')
    .option('--force', 'replace also what has the newest launch template')
    .option('--patience <seconds>', 'how long a replacement may take, after the drain', readCount, 900)
    .option('--resolver <address>', "name server to ask, with a port if not 53 (default: the system's)")
    .option('--ca <file>', 'PEM file of the only authority to trust')
    .addHelpText(
      'after',
      examples('./isochrone roll --wave canary', './isochrone roll --region eu-west-1 --force'),
    )
    .action(async ({ topology, json, ...options }: CommonOptions & Omit<RollCommandOptions, 'say'>) => {
      const { rollCommand } = await import('./commands/release.ts');
      tell(await rollCommand(topologyFile(topology), { ...options, say: progress(json) }), json === true);
    });

  program
    .command('drill')
    .description('make the running local world fail, and show what its visitors see of it')
    .option(
      '--scenario <name|file>',
      'one that is shipped, or a file; may be repeated (default: all that are shipped)',
      collect,
      [],
    )
    .option('--control <url>', 'control API of the local world', CONTROL)
    .option(
      '--figures <file>',
      'write the figures into a Markdown file, between the comments that mark their place',
    )
    .addOption(new Option('--json', 'print JSON to stdout, and the progress to stderr'))
    .addHelpText(
      'after',
      examples(
        'npm start -- --time-scale 10   # in another terminal',
        './isochrone drill',
        './isochrone drill --scenario proxy-killed --scenario drain --json',
      ),
    )
    .action(async ({ scenario, control, figures, json }: DrillCommandOptions) => {
      const { drill } = await import('./commands/drill.ts');
      tell(await drill({ scenarios: scenario, control, figures, say: progress(json) }), json === true);
    });

  addTourCommands(program, tell, examples);
  return program;
}

/** Where progress goes: beside the one JSON document, where that is asked for. */
function progress(json: true | undefined): (line: string) => void {
  const stream = json ? process.stderr : process.stdout;
  return (line) => void stream.write(`${line}\n`);
}

const CONTROL = 'http://127.0.0.1:4400';

const inWorld = (what: string): Option =>
  new Option('--world [url]', `${what} behind this control API (default: ${CONTROL})`).preset(CONTROL);

const withWaves = (command: Command): Command =>
  withCommonOptions(command, 'topology file (default: topologies/production.yaml)')
    .addOption(
      new Option('--wave <wave>', 'canary: the first region; rest: all others').choices(waves).default('all'),
    )
    .option('--region <region>', 'this region alone; may be repeated', collect, [])
    .option('--dry-run', 'only say what would be done');

const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];

function readDraw(text: string): number {
  const draw = Number(text);
  if (text.trim() === '' || !(draw >= 0 && draw < 1))
    throw new InvalidArgumentError('Expected a number from 0 to below 1.');
  return draw;
}

function readCount(text: string): number {
  const number = Number(text.replaceAll(/[_,]/g, ''));
  if (text.trim() === '' || !Number.isInteger(number) || number < 0)
    throw new InvalidArgumentError('Expected a whole number.');
  return number;
}

const withCommonOptions = (command: Command, topology = 'the same as FILE'): Command =>
  command
    .addOption(new Option('--topology <file>', topology))
    .addOption(new Option('--json', 'print JSON to stdout'));

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n\nExit codes: 0 fine, 1 problems, 2 misuse.`;

/** A variable that is not set must not stand for the current folder. */
function folderName(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('expected the name of a folder');
}
