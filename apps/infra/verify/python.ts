import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, run } from './processes.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');

/** Runs a module or a script of the environment. */
export interface Python {
  readonly program: string;
  /** Path of a command that a package brings. */
  readonly command: (name: string) => string;
}

/** The Python environment in `folder`: made once, and again when the pinned packages change. */
export async function preparePython(folder: string): Promise<Python> {
  const venv = join(folder, 'venv');
  const python: Python = {
    program: join(venv, 'bin/python'),
    command: (name) => join(venv, 'bin', name),
  };
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(venv, 'requirements.sha256');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.log('making a Python environment; the first time takes a minute');
  rmSync(venv, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = await run('python3', ['-m', 'venv', venv]);
  if (made.status !== 0)
    throw new Error(
      `python3 -m venv failed; on Debian: apt-get install python3-venv\n${made.stdout}${made.stderr}`,
    );
  await mustRun(python.program, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  writeFileSync(stamp, wanted);
  return python;
}
