import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const node = (args: readonly string[], cwd?: string): ChildProcess => {
  const { LOG_LEVEL: _ours, ...env } = process.env;
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
};

/** Runs an entry point to its end. */
export async function run(args: readonly string[], cwd?: string): Promise<Run> {
  const child = node(args, cwd);
  if (child.stdout === null || child.stderr === null) throw new TypeError('no pipes');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

export interface Running {
  readonly port: number;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts a proxy process and waits until it listens. */
export async function start(args: readonly string[], cwd?: string): Promise<Running> {
  const child = node(args, cwd);
  if (child.stdout === null || child.stderr === null) throw new TypeError('no pipes');
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  child.stderr.pipe(process.stderr);
  for await (const line of createInterface(child.stdout)) {
    const port = /listening at https:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    // Nobody reads the log from here on, and a full pipe would stop the proxy.
    child.stdout.resume();
    return { port: Number(port), signal: (signal) => void child.kill(signal), exited };
  }
  throw new Error('the proxy ended before it listened');
}
