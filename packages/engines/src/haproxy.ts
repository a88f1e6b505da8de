import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnginesError } from './errors.ts';
import type { RunningProcess } from './running-process.ts';
import { killLate, startNode } from './start-node.ts';

const GUARDIAN = fileURLToPath(new URL('./haproxy-guardian.mjs', import.meta.url));

/** Where haproxy may be: PATH, then where packages put it; Debian leaves sbin out of a user's PATH. */
const searchPath = (): readonly string[] => [
  ...(process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  '/usr/sbin',
  '/usr/local/sbin',
];

/**
 * Path of the haproxy binary.
 *
 * @throws EnginesError ENGINES_HAPROXY_MISSING
 */
export function findHaproxy(directories: readonly string[] = searchPath()): string {
  const found = directories.map((directory) => join(directory, 'haproxy')).find(isExecutable);
  if (found !== undefined) return found;
  throw new EnginesError(
    'ENGINES_HAPROXY_MISSING',
    `cannot find haproxy in ${directories.join(', ') || 'an empty path'}`,
    {
      hint: 'apt-get install haproxy',
    },
  );
}

/** Starts haproxy in the foreground; resolves when its pid is known, before it has read its configuration. */
export async function startHaproxy(options: {
  readonly name: string;
  readonly configFile: string;
  readonly log: (line: string) => void;
}): Promise<RunningProcess> {
  const { name, configFile, log } = options;
  const guardian = startNode({
    name,
    entry: GUARDIAN,
    args: [findHaproxy(), '-db', '-f', configFile],
    log,
    ipc: true,
  });
  const { promise: pid, resolve: started, reject: failed } = Promise.withResolvers<number>();
  guardian.onMessage((message) => {
    const report = readReport(message);
    if (typeof report === 'number') started(report);
    else failed(startFailed(name, report));
  });
  guardian.exited.then(({ code, signal }) =>
    failed(startFailed(name, `its guardian ended with ${signal ?? code}`)),
  );

  const ask = (signal: NodeJS.Signals) => {
    try {
      guardian.send({ signal });
    } catch (error) {
      // Nobody left to signal: as with any process that has ended.
      if (!(error instanceof EnginesError)) throw error;
    }
  };
  return {
    name,
    pid: await pid,
    exited: guardian.exited,
    signal: ask,
    // The guardian goes on, and with it the lifeline.
    freeze: async () => ask('SIGSTOP'),
    thaw: () => ask('SIGCONT'),
    async stop({ graceMs } = {}) {
      // SIGUSR1 closes the listeners and lets open requests finish; SIGTERM would cut them off.
      ask('SIGUSR1');
      ask('SIGCONT');
      await killLate(guardian.pid, guardian.exited, graceMs);
    },
  };
}

/** The guardian's only message: haproxy's pid, or why it could not be run. */
function readReport(message: unknown): number | string {
  if (typeof message === 'object' && message !== null) {
    if ('pid' in message && typeof message.pid === 'number') return message.pid;
    if ('failed' in message && typeof message.failed === 'string') return message.failed;
  }
  return `its guardian said ${JSON.stringify(message)}`;
}

const startFailed = (name: string, reason: string) =>
  new EnginesError('ENGINES_START_FAILED', `cannot start ${name}: ${reason}`, {
    hint: 'run "haproxy -c -f" on its configuration file to see more',
  });

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
