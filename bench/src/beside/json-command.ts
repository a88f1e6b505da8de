import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { BenchError } from '../errors.ts';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

const LIMIT_MS = 120_000;

/**
 * Runs a measurement that is an app's own, as a process, and reads the JSON that it prints; its exit code only says
 * whether its target was met.
 *
 * @throws BenchError BENCH_TOOL_FAILED
 */
export function jsonCommand<T>(file: string, args: readonly string[], schema: z.ZodType<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [`${REPOSITORY}${file}`, ...args, '--json'],
      { timeout: LIMIT_MS, killSignal: 'SIGTERM' },
      (error, stdout, stderr) => {
        const line = stdout.trim().split('\n').at(-1) ?? '';
        const parsed = line.startsWith('{') ? schema.safeParse(JSON.parse(line)) : undefined;
        if (parsed?.success) return resolve(parsed.data);
        reject(
          new BenchError('BENCH_TOOL_FAILED', `${file} measured nothing: ${stderr.trim() || line}`, {
            hint: `try it by hand: node ${file} ${args.join(' ')}`,
            cause: parsed?.error ?? error,
          }),
        );
      },
    );
  });
}
