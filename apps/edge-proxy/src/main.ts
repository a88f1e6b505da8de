import cluster from 'node:cluster';
import { parseArgs } from 'node:util';

const USAGE = `usage: edge-proxy --config FILE [--check]

  --config FILE  the instance's edge-proxy.json
  --check        read the configuration and the files that it names, report every problem, and exit
  --help         print this

signals: SIGTERM and SIGINT finish what is in flight and stop; SIGUSR2 drains first; SIGHUP reloads
environment: LOG_LEVEL (trace, debug, info, warn, error, fatal, silent; default info)
exit codes: 0 fine, 1 problems, 2 misuse
`;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

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
    return error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error);
  }
  if (values.help) return 'help';
  if (values.config === undefined) return '--config FILE is missing';
  const logLevel = process.env['LOG_LEVEL'] || 'info';
  if (!LOG_LEVELS.includes(logLevel))
    return `LOG_LEVEL is "${logLevel}", not one of ${LOG_LEVELS.join(', ')}`;
  return { config: values.config, check: values.check ?? false, logLevel };
}

async function main(): Promise<number | undefined> {
  if (cluster.isWorker) {
    const { runWorker } = await import('./worker.ts');
    runWorker();
    return undefined;
  }
  const options = readOptions();
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (typeof options === 'string') {
    process.stderr.write(`edge-proxy: ${options}\n\n${USAGE}`);
    return 2;
  }
  // Only now: whoever wants the usage need not wait for all of it.
  const { check, runPrimary } = await import('./primary.ts');
  return options.check ? check(options.config) : runPrimary(options.config, options.logLevel);
}

const exitCode = await main();
if (exitCode !== undefined) process.exitCode = exitCode;
