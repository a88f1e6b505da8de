import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { onCore } from './cores.ts';

/** A program that runs on one core until it is stopped, and writes its output to a file, as in production. */
export interface Program {
  readonly pid: number;
  /** Set once it has ended. */
  readonly ended: () => boolean;
  stop(): Promise<void>;
}

const GRACE_MS = 3_000;

/** @param log path of the file that its output is appended to */
export async function startProgram(
  core: number,
  command: readonly [string, ...string[]],
  log: string,
): Promise<Program> {
  const [file, ...args] = onCore(core, command);
  const output = openSync(log, 'a');
  const child = spawn(file, args, { stdio: ['ignore', output, output] });
  closeSync(output);
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => stop(child, exited),
  };
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(late);
}
