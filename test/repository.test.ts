import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, root } from './workspace.ts';

const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n');

/** Everything between backticks that looks like a path of this repository; placeholders and ignored folders are not. */
function pathsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`([^`\n]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => /^[\w.@-]+(\/[\w.@-]+)*\/?$/.test(text))
    .filter((text) => text.includes('/') || /\.(ts|mjs|json|ya?ml|md)$/.test(text))
    .filter((text) => !text.startsWith('@') && !ignored.includes(text));
}

describe('AGENTS.md', () => {
  const paths = pathsIn(readFileSync(join(root, 'AGENTS.md'), 'utf8'));

  it('names many paths', () => {
    expect(paths.length).toBeGreaterThan(20);
  });

  it('names only paths that exist', () => {
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the repository', () => {
  it('names no path of the machine on which it was written', () => {
    // Character classes, so that this file does not find itself.
    const machinePath =
      /(^|[\s"'`(=:])(\/[w]ork\/|\/[r]oot\/|\/home\/[a-z]|\/[U]sers\/|[.]\.\/shared\/|\/tmp\/[a-z]+\/)/m;
    const found = repositoryFiles().filter((file) => {
      const match = machinePath.exec(readFileSync(join(root, file), 'utf8'));
      return match !== null;
    });
    expect(found).toEqual([]);
  });

  it('holds no conflict marker', () => {
    const marked = repositoryFiles().filter((file) =>
      /^(<{7}|>{7}) /m.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(marked).toEqual([]);
  });
});
