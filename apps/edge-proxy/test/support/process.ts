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
  readonly pid: number;
  readonly port: number;
  readonly adminPort: number;
  /** Every line of the log so far, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts a proxy process and waits until it listens. */
export async function start(args: readonly string[], cwd?: string): Promise<Running> {
  const child = node(args, cwd);
  if (child.stdout === null || child.stderr === null || child.pid === undefined)
    throw new TypeError('no pipes, or no process');
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  child.stderr.pipe(process.stderr);
  const log: Record<string, unknown>[] = [];
  const listening = Promise.withResolvers<void>();
  createInterface(child.stdout).on('line', (line) => {
    log.push(JSON.parse(line));
    if (/"msg":"listening at /.test(line)) listening.resolve();
  });
  void exited.then(() => listening.reject(new Error('the proxy ended before it listened')));
  await listening.promise;
  const portIn = (what: RegExp): number =>
    Number(log.flatMap(({ msg }) => what.exec(String(msg))?.[1] ?? [])[0]);
  return {
    pid: child.pid,
    port: portIn(/^listening at https:\/\/127\.0\.0\.1:(\d+)/),
    adminPort: portIn(/^metrics at http:\/\/127\.0\.0\.1:(\d+)/),
    log,
    signal: (signal) => void child.kill(signal),
    exited,
  };
}
