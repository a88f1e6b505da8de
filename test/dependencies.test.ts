import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, root, type WorkspacePackage, workspacePackages } from './workspace.ts';

/** What each package may import of ours. A package that is not listed may import nothing of ours. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  '@isochrone/bench': [
    '@isochrone/config-gen',
    '@isochrone/engines',
    '@isochrone/plan',
    '@isochrone/proxy-conformance',
    '@isochrone/topology',
  ],
  '@isochrone/config-gen': ['@isochrone/topology'],
  '@isochrone/plan': ['@isochrone/routing', '@isochrone/topology'],
  '@isochrone/proxy-conformance': [
    '@isochrone/config-gen',
    '@isochrone/dev-ca',
    '@isochrone/engines',
    '@isochrone/topology',
  ],
  '@isochrone/routing': ['@isochrone/topology'],
  '@isochrone/tour-runtime': ['@isochrone/tours'],
};

const ours = (name: string): boolean => name.startsWith('@isochrone/');
const appNames = workspacePackages.filter(isApp).map(({ manifest }) => manifest.name);
const sources = repositoryFiles().filter((file) => /\.[cm]?[jt]sx?$/.test(file));

function isApp({ folder }: WorkspacePackage): boolean {
  return folder.startsWith('apps/');
}

function specifiersOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([^'"\n]+)['"]/g)].map(
    ([, specifier = '']) => specifier,
  );
}

const packageNameOf = (specifier: string): string => specifier.split('/').slice(0, 2).join('/');

const filesOf = ({ folder }: WorkspacePackage): readonly string[] =>
  sources.filter((file) => file.startsWith(`${folder}/`));

describe.each(workspacePackages.map((each) => [each.folder, each] as const))('%s', (folder, each) => {
  it('declares only the packages of ours that it may use', () => {
    const declared = Object.keys(each.manifest.dependencies).filter(ours);
    expect(declared.filter((name) => !mayUse(each, name))).toEqual([]);
  });

  it('imports only the packages of ours that it may use', () => {
    const imported = filesOf(each)
      .filter((file) => file.startsWith(`${folder}/src/`))
      .flatMap((file) => specifiersOf(file).filter(ours).map(packageNameOf));
    expect([...new Set(imported)].filter((name) => !mayUse(each, name))).toEqual([]);
  });

  it('names no app among its dependencies of any kind', () => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = each.manifest;
    const all = [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap(Object.keys);
    expect(all.filter((name) => appNames.includes(name))).toEqual([]);
  });

  it('reaches into no other package by a relative path', () => {
    const escapes = filesOf(each).flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) =>
          relative(folder, resolve(folder, relative(folder, file), '..', specifier)).startsWith('..'),
        )
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(escapes).toEqual([]);
  });
});

function mayUse(user: WorkspacePackage, name: string): boolean {
  if (isApp(user)) return !appNames.includes(name);
  return name === user.manifest.name || (allowedImports[user.manifest.name]?.includes(name) ?? false);
}
