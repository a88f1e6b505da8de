import { parseArgs } from 'node:util';
import { destination } from 'pino';
import { readConfig } from './config.ts';
import { type Edge, startEdge } from './edge.ts';
import { EdgeProxyError, errorMessage } from './errors.ts';

const USAGE = `usage: edge-proxy --config FILE [--check]

  --config FILE  the instance's edge-proxy.json
  --check        read the configuration and the files that it names, report every problem, and exit
  --help         print this

signals: SIGTERM and SIGINT finish what is in flight and stop; SIGUSR2 drains first
environment: LOG_LEVEL (trace, debug, info, warn, error, fatal, silent; default info)
exit codes: 0 fine, 1 problems, 2 misuse
`;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** A log line waits for as many bytes of others, but no longer than this. */
const LOG_BUFFER_BYTES = 4_096;
const LOG_DELAY_MS = 100;

interface Options {
  readonly config: string;
  readonly check: boolean;
  readonly logLevel: string;
}

/** Reads argv and the environment; nothing else in this app does. Says what is wrong by a string. */
function readOptions(): Options | 'help' | string {
  let values: { config?: string; check?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      options: {
        config: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return errorMessage(error).split('. ', 1)[0] ?? '';
  }
  if (values.help) return 'help';
  if (values.config === undefined) return '--config FILE is missing';
  const logLevel = process.env['LOG_LEVEL'] || 'info';
  if (!LOG_LEVELS.includes(logLevel))
    return `LOG_LEVEL is "${logLevel}", not one of ${LOG_LEVELS.join(', ')}`;
  return { config: values.config, check: values.check ?? false, logLevel };
}

function report(file: string, problems: readonly EdgeProxyError[]): void {
  for (const { code, message, hint } of problems)
    process.stderr.write(`${file}: ${code} ${message}\n  ${hint}\n`);
}

/** Stops at the first SIGTERM or SIGINT, at once at the second; SIGUSR2 drains before. */
function followSignals(edge: Edge): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    void edge.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('SIGUSR2', () => {
    void edge.drain().then(() => stopping || stop());
  });
}

async function main(): Promise<number | undefined> {
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (typeof options === 'string') {
    process.stderr.write(`edge-proxy: ${options}\n\n${USAGE}`);
    return 2;
  }
  const read = readConfig(options.config);
  if (!read.ok) {
    report(options.config, read.problems);
    return 1;
  }
  if (options.check) return 0;
  // Written in the background: a write for each request costs a fifth of the CPU, and whoever is slow to read
  // standard output would hold up visitors. What is left is written at exit.
  const stream = destination({
    dest: 1,
    sync: false,
    minLength: LOG_BUFFER_BYTES,
    periodicFlush: LOG_DELAY_MS,
  });
  try {
    followSignals(await startEdge(read.config, read.materials, { level: options.logLevel, stream }));
    return undefined;
  } catch (error) {
    if (!(error instanceof EdgeProxyError)) throw error;
    report(options.config, [error]);
    return 1;
  }
}

const exitCode = await main();
if (exitCode !== undefined) process.exitCode = exitCode;
