import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { WorldDescription } from '../../src/world-description.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The local world as a person starts it, on ports of its own. */
export interface WorldProcess {
  readonly process: ChildProcess;
  readonly state: string;
  /** Everything printed so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line that fits, printed already or yet to come; rejects when the process ends before. */
  line(pattern: RegExp): Promise<string>;
  describe(): Promise<WorldDescription>;
  /** Asks it to stop, as Ctrl-C does; resolves with the exit code. */
  stop(): Promise<number | null>;
  exitCode(): Promise<number | null>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorldProcessOptions {
  readonly args?: readonly string[];
  readonly main?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the process; what it prints is there to wait for. */
export async function spawnWorld({
  args = [],
  main = MAIN,
  env = {},
}: WorldProcessOptions = {}): Promise<WorldProcess> {
  const state = await mkdtemp(join(tmpdir(), 'isochrone-world-'));
  const child = spawn(
    process.execPath,
    [main, '--state', state, '--port', '0', '--dns-port', '0', '--control-port', '0', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const hear of waiting) hear(line);
    });
  }
  const exited = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));

  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const hear = (printed: string): void => {
        if (!pattern.test(printed)) return;
        waiting.delete(hear);
        resolve(printed);
      };
      waiting.add(hear);
      for (const printed of lines) hear(printed);
      void exited.then(() => reject(new Error(`ended before it printed ${pattern}:\n${lines.join('\n')}`)));
    });

  return {
    process: child,
    state,
    lines,
    line,
    describe: async () => {
      const url = /(http:\S+)/.exec(await line(/^world {4}/))?.[1] ?? '';
      const response = await fetch(url);
      const world: WorldDescription = JSON.parse(await response.text());
      return world;
    },
    stop: async () => {
      child.kill('SIGINT');
      return exited;
    },
    exitCode: () => exited,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** Starts the process and waits until the world is ready. */
export async function startWorldProcess(options: WorldProcessOptions = {}): Promise<WorldProcess> {
  const world = await spawnWorld(options);
  try {
    await world.line(/^ready in /);
    return world;
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}
