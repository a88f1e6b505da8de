/** Deploys one app in waves: locally what the workflows do, step by step. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { requireTopology, type Topology, waveOrder } from '@isochrone/topology';

const apps = ['tour-lambda', 'edge-proxy', 'infra'] as const;
type App = (typeof apps)[number];
const waves = ['canary', 'rest', 'all'] as const;

const USAGE = `usage: npm run deploy -- --app APP [--wave WAVE] [--topology FILE] [--dry-run]

  --app APP        ${apps.join(', ')}
  --wave WAVE      ${waves.join(', ')} (default: all)
  --topology FILE  default: topologies/production.yaml
  --dry-run        print the commands without running any; ./isochrone release --dry-run asks AWS what would change

tour-lambda  builds and releases the functions: ./isochrone release
edge-proxy   deploys the Edge stacks of the wave, then replaces machines where the launch template changed: ./isochrone roll
infra        deploys the stacks of the wave: Data first, Tour and Edge by region, Watch last
exit codes: 0 fine, 1 a command failed, 2 misuse
`;

const root = join(import.meta.dirname, '..');

interface Options {
  readonly app: App;
  readonly wave: (typeof waves)[number];
  readonly topology: string;
  readonly dryRun: boolean;
}

type Command = readonly [program: string, ...args: string[]];

function readOptions(): Options | 'help' | string {
  try {
    const { values } = parseArgs({
      options: {
        app: { type: 'string' },
        wave: { type: 'string', default: 'all' },
        topology: { type: 'string', default: 'topologies/production.yaml' },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const app = apps.find((name) => name === values.app);
    const wave = waves.find((name) => name === values.wave);
    if (app === undefined) return `--app is ${values.app ?? 'missing'}, expected one of ${apps.join(', ')}`;
    if (wave === undefined) return `--wave is ${values.wave}, expected one of ${waves.join(', ')}`;
    return { app, wave, topology: values.topology, dryRun: values['dry-run'] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The regions of a wave, as `./isochrone` takes them. */
function regionsOf(topology: Topology, wave: Options['wave']): readonly string[] {
  const [canary, ...rest] = waveOrder(topology);
  const first = canary === undefined ? [] : [canary];
  return { canary: first, rest, all: [...first, ...rest] }[wave];
}

function commandsOf(options: Options): readonly Command[] {
  const { app, wave, topology } = options;
  const common = ['--wave', wave, '--topology', resolve(root, topology)];
  const turbo = (name: string): Command => [
    'turbo',
    'run',
    'deploy',
    `--filter=@isochrone/${name}`,
    '--',
    ...common,
  ];
  const cdk = (...stacks: readonly string[]): Command => [
    'pnpm',
    '--dir',
    'apps/infra',
    'cdk',
    'deploy',
    '--app',
    `node src/main.ts --topology ${resolve(root, topology)}`,
    '--exclusively',
    '--require-approval',
    'never',
    ...stacks,
  ];
  const checked = requireTopology(readFileSync(resolve(root, topology), 'utf8'), topology);
  const regions = regionsOf(checked, wave);
  const stacksOf = (region: string): readonly string[] =>
    checked.ingress === 'proxy' ? [`Tour-${region}`, `Edge-${region}`] : [`Tour-${region}`];
  const build: Command = ['turbo', 'run', 'build', '--output-logs=errors-only'];
  switch (app) {
    case 'tour-lambda':
      return [turbo(app)];
    case 'edge-proxy':
      return [build, ...regions.map((region) => cdk(`Edge-${region}`)), turbo(app)];
    case 'infra':
      return [
        build,
        ...(wave === 'rest' ? [] : [cdk('Data')]),
        ...regions.map((region) => cdk(...stacksOf(region))),
        ...(wave === 'canary' ? [] : [cdk('Watch')]),
      ];
  }
}

/** As it could be typed. */
const shown = (command: Command): string =>
  command.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ');

function run([program, ...args]: Command): boolean {
  console.log(`$ ${shown([program, ...args])}`);
  const env = {
    ...process.env,
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    TURBO_TELEMETRY_DISABLED: '1',
  };
  return spawnSync(program, args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

function deploy(options: Options): boolean {
  for (const command of commandsOf(options)) {
    if (options.dryRun) console.log(`$ ${shown(command)}`);
    else if (!run(command)) return false;
  }
  return true;
}

const options = readOptions();
if (options === 'help') {
  process.stdout.write(USAGE);
} else if (typeof options === 'string') {
  process.stderr.write(`${options}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  process.exitCode = deploy(options) ? 0 : 1;
}
