import { execFile } from 'node:child_process';
import { BenchError } from '../errors.ts';
import { findProgram } from '../stage/find-program.ts';
import type { Core } from '../stage/pinned-program.ts';

/** Where a load generator runs, and for how long at most. */
export interface LoadSite {
  readonly core: Core;
  readonly seconds: number;
}

/** Beyond the time that it was told, for connecting and reporting. */
const GRACE_MS = 15_000;

/**
 * Runs a load generator on its core; resolves with what it printed.
 *
 * @throws BenchError BENCH_TOOL_MISSING, BENCH_TOOL_FAILED
 */
export function runTool({ core, seconds }: LoadSite, tool: string, args: readonly string[]): Promise<string> {
  const path = tool === 'node' ? process.execPath : findProgram(tool);
  if (path === undefined) {
    throw new BenchError('BENCH_TOOL_MISSING', `cannot find ${tool}`, {
      hint: 'run: node scripts/system-packages.ts bench',
    });
  }
  return new Promise((resolve, reject) => {
    execFile(
      'taskset',
      ['--cpu-list', String(core), path, ...args],
      { timeout: seconds * 1_000 + GRACE_MS, killSignal: 'SIGKILL', maxBuffer: 16_777_216 },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        reject(
          new BenchError('BENCH_TOOL_FAILED', `${tool} failed: ${stderr.trim() || error.message}`, {
            hint: `try it by hand: ${tool} ${args.join(' ')}`,
            cause: error,
          }),
        );
      },
    );
  });
}
