import { build } from 'esbuild';
import { expect, it } from 'vitest';

const bundle = async (contents: string) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
  });
  const kept = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  return { text: outputFiles[0]?.text ?? '', kept };
};

it('gives a bundle that only renders no part of the schema library', async () => {
  const { text, kept } = await bundle(`
    import { accountKeyPattern, renderScript } from '@isochrone/tours';
    console.log(accountKeyPattern, renderScript);`);
  expect(kept.filter((file) => file.includes('/zod/'))).toEqual([]);
  expect(text.length).toBeLessThan(2000);
});
