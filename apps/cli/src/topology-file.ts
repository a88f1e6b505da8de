import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join, relative, resolve, sep } from 'node:path';
import { CliError } from './errors.ts';

export const workspaceRoot = resolve(import.meta.dirname, '../../..');

export const DEFAULT_TOPOLOGY = 'topologies/production.yaml';

/** A topology file, and the ways in which it is named. */
export interface TopologyFile {
  readonly path: string;
  /** As the user knows it: as typed, or relative to the current directory. */
  readonly shown: string;
  /** As generated files name it: the same wherever the command runs. */
  readonly source: string;
  /** `production` for `topologies/production.yaml`. */
  readonly name: string;
  /** As typed; absent for the default. */
  readonly written: string | undefined;
}

/** The file that the user named, or the default one; only the latter is looked for in the workspace. */
export function topologyFile(written?: string): TopologyFile {
  const path = written === undefined ? join(workspaceRoot, DEFAULT_TOPOLOGY) : resolve(written);
  const fromRoot = relative(workspaceRoot, path);
  // A file elsewhere goes by its name alone: a path outside the workspace is one machine's.
  const source = fromRoot.startsWith('..') ? basename(path) : fromRoot.split(sep).join('/');
  return {
    path,
    shown: written ?? relative(process.cwd(), path),
    source,
    name: basename(path, extname(path)),
    written,
  };
}

export function readTopology({ path, shown }: TopologyFile): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError('CLI_TOPOLOGY_UNREADABLE', `cannot read ${shown}: ${reasonOf(cause)}`, {
      hint: `name a topology file; the workspace has ${workspaceTopologies().join(', ') || 'none'}`,
      cause,
    });
  }
}

function workspaceTopologies(): readonly string[] {
  try {
    const names = readdirSync(join(workspaceRoot, 'topologies'));
    return names.filter((name) => name.endsWith('.yaml')).map((name) => `topologies/${name}`);
  } catch {
    return [];
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  ENOENT: 'no such file',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
};

/** What a system error means, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
