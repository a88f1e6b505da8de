import { fileURLToPath } from 'node:url';
import { startNode } from '@isochrone/engines';
import { z } from 'zod';
import { BenchError } from '../errors.ts';

const GUARDIAN = fileURLToPath(new URL('./guardian.mjs', import.meta.url));
const KEPT_LINES = 50;

/** From which core everything of one side is served. */
export type Core = number;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A program that runs on one core. */
export interface PinnedProgram {
  /** The program's own process; it and its descendants do the work. */
  readonly pid: number;
  readonly exited: Promise<unknown>;
  /** What it said last on standard error. */
  readonly log: readonly string[];
  /** Asks it to leave, and kills it after `graceMs`, default 1000. */
  stop(graceMs?: number): Promise<void>;
}

const reportSchema = z.union([z.object({ pid: z.int() }), z.object({ failed: z.string() })]);

/**
 * Starts a program whose threads and children all stay on one core; it ends with this process, however that ends.
 *
 * @throws BenchError BENCH_NOT_READY
 */
export async function startPinned(name: string, core: Core, program: Program): Promise<PinnedProgram> {
  const log: string[] = [];
  const guardian = startNode({
    name,
    entry: GUARDIAN,
    args: ['taskset', '--cpu-list', String(core), program.command, ...program.args],
    env: { ...program.env },
    log: (line) => {
      if (log.push(line) > KEPT_LINES) log.shift();
    },
    ipc: true,
  });
  const started = Promise.withResolvers<number>();
  const fail = (reason: string): void =>
    started.reject(
      new BenchError('BENCH_NOT_READY', `cannot start ${name}: ${reason}`, {
        hint: 'see that the program can be run by hand',
      }),
    );
  guardian.onMessage((message) => {
    const report = reportSchema.parse(message);
    if ('pid' in report) started.resolve(report.pid);
    else fail(report.failed);
  });
  void guardian.exited.then(() => fail(`it ended at once:\n${log.join('\n')}`));
  return {
    pid: await started.promise,
    exited: guardian.exited,
    log,
    stop: (graceMs = 1_000) => guardian.stop({ graceMs }),
  };
}
