import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repositoryFiles, root } from './workspace.ts';

const errorsModule = z.object({ ERROR_CODES: z.array(z.string()) });

const parts = await Promise.all(
  repositoryFiles()
    .filter((file) => /^((packages|apps)\/[^/]+|bench)\/src\/errors\.ts$/.test(file))
    .map(async (file) => {
      const { ERROR_CODES: codes } = errorsModule.parse(await import(join(root, file)));
      return { file, folder: file.split('/').at(-3) ?? '', codes };
    }),
);

const documented = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((section) => {
    const [code = '', ...lines] = section.split('\n');
    return {
      code: code.trim(),
      text: lines
        .join('\n')
        .replace(/^## .*/m, '')
        .trim(),
    };
  });

describe('docs/errors.md', () => {
  it('has a section for every code, and no other', () => {
    const codes = parts.flatMap((part) => part.codes);
    expect(documented.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
  });

  it('explains each code', () => {
    expect(documented.filter(({ text }) => text.length < 30).map(({ code }) => code)).toEqual([]);
  });
});

describe.each(parts)('$file', ({ folder, codes }) => {
  it('lists its codes sorted, each once', () => {
    expect(codes).toEqual([...new Set(codes)].toSorted());
  });

  it('prefixes its codes with the name of its package', () => {
    const prefix = `${folder.toUpperCase().replaceAll('-', '_')}_`;
    expect(codes.filter((code) => !code.startsWith(prefix))).toEqual([]);
  });
});
