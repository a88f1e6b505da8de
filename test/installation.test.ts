import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { outsideEnvironment, readManifest, repositoryFiles, root, workspacePackages } from './workspace.ts';

const pnpm = (folder: string, ...args: string[]): string =>
  execFileSync(join(root, 'node_modules/.bin/pnpm'), args, {
    cwd: join(root, folder),
    env: outsideEnvironment,
    encoding: 'utf8',
  });

const workspaceSchema = z.object({
  nodeVersion: z.string(),
  catalog: z.record(z.string(), z.string()),
  overrides: z.record(z.string(), z.string()),
});

const workspace = workspaceSchema.parse(parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')));

/** A version, perhaps of a package that is installed under another name. */
const exact = /^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

describe('the installation', () => {
  it('runs workspace scripts with the pinned Node, whatever the system has', () => {
    const pinned = readFileSync(join(root, '.node-version'), 'utf8').trim();
    expect(pnpm('packages/topology', 'exec', 'node', '--version').trim()).toBe(`v${pinned}`);
    expect(pinned).toMatch(/^24\./);
  });

  it('names the same Node for version managers, for npm and for pnpm', () => {
    const pinned = readFileSync(join(root, '.node-version'), 'utf8').trim();
    expect(readManifest('.').optionalDependencies['node']).toBe(pinned);
    expect(workspace.nodeVersion).toBe(pinned);
  });

  it('names exact versions only', () => {
    const manifests = [readManifest('.'), ...workspacePackages.map(({ manifest }) => manifest)];
    const loose = manifests.flatMap(
      ({ name, dependencies, devDependencies, optionalDependencies, peerDependencies }) =>
        Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies })
          .filter(
            ([, version]) => !exact.test(version) && version !== 'catalog:' && version !== 'workspace:*',
          )
          .map(([dependency, version]) => `${name}: ${dependency} ${version}`),
    );
    const { catalog, overrides } = workspace;
    const shared = Object.entries({ ...catalog, ...overrides })
      // A dash takes a dependency away.
      .filter(([, version]) => !exact.test(version) && version !== 'catalog:' && version !== '-')
      .map(([dependency, version]) => `pnpm-workspace.yaml: ${dependency} ${version}`);
    expect([...loose, ...shared]).toEqual([]);
  });

  it('has one lockfile, which names no registry', () => {
    const names = new Set([
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
    ]);
    expect(repositoryFiles().filter((file) => names.has(basename(file)))).toEqual(['pnpm-lock.yaml']);
    expect(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')).not.toMatch(/https?:\/\/|tarball:/);
  });

  it('ships dependencies under permissive licences only', () => {
    const permissive = new Set([
      '0BSD',
      'Apache-2.0',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'BlueOak-1.0.0',
      'ISC',
      'MIT',
    ]);
    const listed = z
      .record(z.string(), z.array(z.object({ name: z.string() })))
      .parse(JSON.parse(pnpm('.', 'licenses', 'list', '--recursive', '--prod', '--json')));
    const others = Object.entries(listed)
      .filter(([licence]) => !permissive.has(licence))
      .flatMap(([licence, packages]) => packages.map(({ name }) => `${name}: ${licence}`));
    expect(Object.values(listed).flat().length).toBeGreaterThan(50);
    expect(others).toEqual([]);
  });
});
