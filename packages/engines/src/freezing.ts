import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { EnginesError } from './errors.ts';
import type { ProcessExit } from './running-process.ts';

/** Holds a process group still, and lets it go on. */
export interface Freezing {
  freeze(): Promise<void>;
  thaw(): void;
}

/**
 * Kills the group when its own standard input ends: a stopped process cannot follow its lifeline, so while it is
 * frozen this one follows it in its place. A shell, because one Node more would cost 40 MB for each frozen process.
 */
const WATCHER = 'read -r _; kill -s KILL -- "-$1"';

/** @param leader of a process group of its own */
export function groupFreezing(name: string, leader: number, exited: Promise<ProcessExit>): Freezing {
  let unwatch: (() => void) | undefined;
  const release = (): void => {
    unwatch?.();
    unwatch = undefined;
  };
  return {
    freeze: async () => {
      if (unwatch) return;
      unwatch = await watch(name, leader);
      // The number may be somebody else's after the end.
      void exited.then(release);
      signalGroup(leader, 'SIGSTOP');
    },
    thaw: () => {
      if (!unwatch) return;
      release();
      signalGroup(leader, 'SIGCONT');
    },
  };
}

async function watch(name: string, leader: number): Promise<() => void> {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'isochrone-freeze', String(leader)], {
    // Its own group, so that Ctrl-C in the terminal does not end it first.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.stdin.on('error', () => {});
  try {
    await once(watcher, 'spawn');
  } catch (cause) {
    throw new EnginesError('ENGINES_START_FAILED', `cannot freeze ${name}: no process to watch over it`, {
      hint: 'check that /bin/sh exists and that the limit of processes (ulimit -u) is not reached',
      cause,
    });
  }
  return () => {
    watcher.kill('SIGKILL');
    watcher.stdin.destroy();
  };
}

function signalGroup(leader: number, signal: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // Nobody is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
