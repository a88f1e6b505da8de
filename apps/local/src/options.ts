import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { LoopbackPrefix } from './address-plan.ts';
import type { SniPolicy } from './gateway.ts';

/** An engine for all proxies, or what the topology says of each. */
export type EngineChoice = 'fastify' | 'haproxy' | 'topology';

export interface WorldOptions {
  readonly topologyFile: string;
  readonly engine: EngineChoice;
  readonly stateDirectory: string;
  readonly loopback: LoopbackPrefix;
  /** The port of the public name, and of every server that has an address of its own; 0 takes a free one. */
  readonly port: number;
  readonly dnsPort: number;
  readonly controlPort: number;
  readonly singleAddress: boolean;
  readonly sniPolicy: SniPolicy;
  /** Networks and where they are, over the built-in ones. */
  readonly geoFile: string | undefined;
  /** Measured round trips, in place of the model. */
  readonly latencyFile: string | undefined;
  /** Divides the intervals of health checks, TTLs and drain waits. */
  readonly timeScale: number;
  /** What a write to the table takes to the other regions. */
  readonly replicationLagMs: number;
  readonly watch: boolean;
  /** Names of processes that a debugger may enter. */
  readonly inspect: readonly string[];
  /** Tells the person at the terminal. */
  readonly say: (line: string) => void;
}

interface Options {
  topology: string;
  engine: EngineChoice;
  state: string;
  loopback: LoopbackPrefix;
  port: number;
  dnsPort: number;
  controlPort: number;
  singleAddress: boolean;
  gatewaySni: SniPolicy;
  timeScale: number;
  replicationLag: number;
  geo?: string;
  latency?: string;
  watch: boolean;
  inspect?: string[];
}

const workspace = fileURLToPath(new URL('../../../', import.meta.url));

/** Reads the command line; help and misuse end the process as commander does, misuse with exit code 2. */
export function readOptions(argv: readonly string[], say: (line: string) => void): WorldOptions {
  const command = new Command('npm start --')
    .description(
      'Runs everything that a topology describes on this machine: DNS, gateways, functions, proxies.',
    )
    .option('--topology <file>', 'topology file', fromHere, `${workspace}topologies/production.yaml`)
    .addOption(
      new Option('--engine <engine>', 'what runs at the edge; topology: what the file says')
        .choices(['fastify', 'haproxy', 'topology'])
        .default('fastify'),
    )
    .option('--state <directory>', 'where keys, data and logs are kept', fromHere, `${workspace}.isochrone`)
    .option('--loopback <prefix>', 'first two octets of the addresses', loopbackPrefix, '127.77')
    .option('--port <port>', 'port of the public name, and of every address', portNumber, 8443)
    .option('--dns-port <port>', 'port of the DNS server', portNumber, 5300)
    .option('--control-port <port>', 'port of the control API and the sample site', portNumber, 4400)
    .option(
      '--single-address',
      'a port of its own on 127.0.0.1 for every server (automatic where needed)',
      false,
    )
    .addOption(
      new Option('--gateway-sni <policy>', 'what an unknown server name meets at a gateway')
        .choices(['wildcard', 'reject'])
        .default('wildcard'),
    )
    .option('--time-scale <factor>', 'divide health-check intervals, TTLs and drain waits', timeScale, 1)
    .option(
      '--replication-lag <ms>',
      'what a write to the table takes to the other regions',
      replicationLag,
      300,
    )
    .option('--geo <file>', 'JSON: networks and their places, for the clients of DNS', fromHere)
    .option('--latency <file>', 'JSON: measured round trips, in place of the model', fromHere)
    .option('--watch', 'follow edits of the topology and the sources', false)
    .option('--inspect <name...>', 'let a debugger into these processes, for example delivery-us-east-1')
    .addHelpText(
      'after',
      '\nExamples:\n  npm start\n  npm start -- --topology topologies/staging.yaml\n  npm start -- --engine haproxy\n  npm start -- --time-scale 10\n  npm run dev -- --inspect delivery-us-east-1',
    )
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    })
    .allowExcessArguments(false)
    .parse(argv, { from: 'user' });
  const options = command.opts<Options>();
  const ports = [options.port, options.dnsPort, options.controlPort].filter((port) => port !== 0);
  if (new Set(ports).size < ports.length)
    command.error('error: --port, --dns-port and --control-port must differ');
  return {
    topologyFile: options.topology,
    engine: options.engine,
    stateDirectory: options.state,
    loopback: options.loopback,
    port: options.port,
    dnsPort: options.dnsPort,
    controlPort: options.controlPort,
    singleAddress: options.singleAddress,
    sniPolicy: options.gatewaySni,
    geoFile: options.geo,
    latencyFile: options.latency,
    timeScale: options.timeScale,
    replicationLagMs: options.replicationLag,
    watch: options.watch,
    inspect: options.inspect ?? [],
    say,
  };
}

/** npm runs scripts in the workspace's root; INIT_CWD is where the person stands. */
const fromHere = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`"${text}" is no port: expected 0 to 65535`);
}

function timeScale(text: string): number {
  const factor = Number(text);
  if (/^\d+$/.test(text) && factor >= 1 && factor <= 100) return factor;
  throw new InvalidArgumentError(`"${text}" is no factor: expected a whole number from 1 to 100`);
}

function replicationLag(text: string): number {
  const ms = Number(text);
  if (/^\d+$/.test(text) && ms <= 60_000) return ms;
  throw new InvalidArgumentError(`"${text}" is no lag: expected 0 to 60000 milliseconds`);
}

function loopbackPrefix(text: string): LoopbackPrefix {
  const second = /^127\.(\d{1,3})$/.exec(text)?.[1];
  if (second !== undefined && Number(second) <= 255) return `127.${Number(second)}`;
  throw new InvalidArgumentError(`"${text}" is no prefix: expected 127.0 to 127.255`);
}
