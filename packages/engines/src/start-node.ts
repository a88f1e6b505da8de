import { type ChildProcess, type Serializable, type SpawnOptions, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EnginesError } from './errors.ts';
import { groupFreezing } from './freezing.ts';
import { killGroup } from './process-group.ts';
import type { MessagingProcess, ProcessExit, RunningProcess } from './running-process.ts';

export interface StartNodeOptions {
  readonly name: string;
  /** Path of the script: `.mjs`, `.js` or `.ts`. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** Added to this process's own environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options for Node itself, such as `--inspect=127.0.0.1:9230`. */
  readonly execArgv?: readonly string[];
  /** Receives every line that the process writes to stdout or stderr. */
  readonly log: (line: string) => void;
}

const GRACE_MS = 5000;
/** How long output may outlast the process that wrote it: something that left the process group can hold it open for ever. */
const OUTPUT_GRACE_MS = 500;
const LIFELINE = new URL('./lifeline.mjs', import.meta.url).href;
const LIFELINE_FD = 3;

/**
 * Runs a script with this Node in a process group of its own, so that Ctrl-C in the terminal reaches the parent alone.
 * The group dies with the parent, even when that is killed with SIGKILL. Somebody
 * else's SIGSTOP suspends that, `freeze()` does not.
 *
 * @throws EnginesError ENGINES_START_FAILED: the system refused to start a process.
 */
export function startNode(options: StartNodeOptions & { readonly ipc: true }): MessagingProcess;
export function startNode(options: StartNodeOptions): RunningProcess;
export function startNode(options: StartNodeOptions & { readonly ipc?: boolean }): MessagingProcess {
  const { name, entry, args = [], env = {}, execArgv = [], log, ipc = false } = options;
  const { child, pid } = spawned(name, [...execArgv, '--import', LIFELINE, entry, ...args], {
    detached: true,
    env: { ...process.env, ...env, ISOCHRONE_LIFELINE: String(LIFELINE_FD) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  logLines(child, log);
  const exited = exitOf(child, pid);
  const { freeze, thaw } = groupFreezing(name, pid, exited);

  return {
    name,
    pid,
    exited,
    signal(signal) {
      child.kill(signal);
    },
    freeze,
    thaw,
    async stop({ graceMs = GRACE_MS } = {}) {
      child.kill('SIGTERM');
      thaw();
      // A process that was stopped (SIGSTOP) would not see the request.
      child.kill('SIGCONT');
      await killLate(pid, exited, graceMs);
    },
    send(message: Serializable) {
      if (!child.connected) throw channelClosed(name);
      child.send(message);
    },
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
  };
}

/** Waits until the leader of a group has ended, and kills the group when that takes longer than `graceMs`. */
export async function killLate(
  leader: number,
  exited: Promise<ProcessExit>,
  graceMs = GRACE_MS,
): Promise<void> {
  const timer = setTimeout(() => killGroup(leader), graceMs);
  try {
    await exited;
  } finally {
    clearTimeout(timer);
  }
}

function spawned(name: string, args: readonly string[], options: SpawnOptions) {
  let cause: unknown;
  try {
    const child = spawn(process.execPath, args, options);
    // A failed start is said by the missing pid, a failed send by `exited`; unheard, the event would end this process.
    child.on('error', () => {});
    if (child.pid !== undefined) return { child, pid: child.pid };
  } catch (error) {
    cause = error;
  }
  throw new EnginesError(
    'ENGINES_START_FAILED',
    `cannot start ${name}: the system refused to run ${process.execPath}`,
    {
      hint: 'check that this Node is still installed and that the limit of processes (ulimit -u) is not reached',
      cause,
    },
  );
}

function logLines(child: ChildProcess, log: (line: string) => void): void {
  for (const input of [child.stdout, child.stderr]) {
    if (input) createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', log);
  }
}

function exitOf(child: ChildProcess, pid: number): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      // What the process started must not outlive it: an orphan would hold its port.
      killGroup(pid);
      const ended = () => {
        clearTimeout(timer);
        resolve({ code, signal });
      };
      const timer = setTimeout(ended, OUTPUT_GRACE_MS);
      child.once('close', ended);
    });
  });
}

function channelClosed(name: string): EnginesError {
  return new EnginesError(
    'ENGINES_CHANNEL_CLOSED',
    `cannot send a message to ${name}: it has no open channel`,
    {
      hint: 'start it with ipc: true, and watch "exited" to know when it is gone',
    },
  );
}
