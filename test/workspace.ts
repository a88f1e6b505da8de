import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const root = join(import.meta.dirname, '..');

const dependencyMap = z.record(z.string(), z.string()).default({});

const manifestSchema = z.object({
  name: z.string(),
  dependencies: dependencyMap,
  devDependencies: dependencyMap,
  optionalDependencies: dependencyMap,
  peerDependencies: dependencyMap,
});

export type Manifest = z.infer<typeof manifestSchema>;

export interface WorkspacePackage {
  /** Relative to the root: `packages/topology`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export const readManifest = (folder: string): Manifest =>
  manifestSchema.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));

/** Every package of the workspace but the root. */
export const workspacePackages: readonly WorkspacePackage[] = [
  ...['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .map((child) => `${parent}/${child}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json'))),
  ),
  'bench',
  'topologies',
].map((folder) => ({ folder, manifest: readManifest(folder) }));

/** Every file that is in git or would be added, relative to the root. */
export function repositoryFiles(): readonly string[] {
  return git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
}

export const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });

/** The environment of a shell that knows nothing of this workspace's programs. */
export const outsideEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: (process.env['PATH'] ?? '')
    .split(':')
    .filter((directory) => !directory.includes('node_modules'))
    .join(':'),
};
