import { cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { repositoryFiles, root, workspacePackages } from './workspace.ts';

/**
 * Copies the workspace into a temporary folder, for experiments that edit files: they must not disturb the working
 * tree or its cache. Built files stay behind.
 */
export function copyWorkspace(): string {
  const copy = mkdtempSync(join(tmpdir(), 'isochrone-copy-'));
  for (const file of repositoryFiles()) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  // These hold links only, so the copy's packages find each other, not the originals; the store is shared.
  for (const folder of ['.', ...workspacePackages.map((each) => each.folder)]) {
    const from = join(root, folder, 'node_modules');
    if (!existsSync(from)) continue;
    cpSync(from, join(copy, folder, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => dirname(path) !== from || !/^\.(?!bin$)/.test(basename(path)),
    });
  }
  symlinkSync(join(root, 'node_modules/.pnpm'), join(copy, 'node_modules/.pnpm'));
  return copy;
}
