import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

export const root = resolve(import.meta.dirname, '../../..');
export const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `./isochrone` as a user does, with none of this workspace's programs in the PATH. */
export function isochrone(args: readonly string[], { cwd = root, environment = {} } = {}): CommandResult {
  const outside = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const env = { ...process.env, FORCE_COLOR: undefined, PATH: outside.join(':'), ...environment };
  const { status, stdout, stderr } = spawnSync(join(root, 'isochrone'), args, { cwd, env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** A folder of the test's own, gone afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
