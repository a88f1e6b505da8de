import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';
import { minify } from 'terser';
import { adaptDriver } from './driver-patches.ts';

/** What the built runtime may weigh: bytes after gzip at its default level, which is what the function sends. */
export const MAX_GZIP_BYTES = 15_000;

const adaptedDriver: Plugin = {
  name: 'adapted-driver',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]driver\.js[/\\]dist[/\\].*\.mjs$/ }, async ({ path }) => ({
      contents: adaptDriver(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

const minifiedCss: Plugin = {
  name: 'minified-css',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code.trimEnd(), loader: 'text' };
    });
  },
};

const BANNER =
  '/* Isochrone. Contains driver.js 1.8.0, (c) Kamran Ahmed, MIT licence: github.com/nilbuild/driver.js */';

/** Turns the bundle into the text of one function expression that takes the data; fails where that is too large. */
async function finish(bundle: string): Promise<string> {
  // A second pass: terser drops the unused inner functions that esbuild leaves, some 4 % after gzip.
  const { code } = await minify(bundle, {
    compress: { passes: 3, ecma: 2020, unsafe_arrows: true },
    mangle: { toplevel: true },
    format: { ecma: 2020 },
  });
  if (code === undefined) throw new Error('terser wrote no output');
  const text = `${BANNER}\n(function(isochroneData){${code}})\n`;
  const size = gzipSync(text).length;
  if (size > MAX_GZIP_BYTES) {
    throw new Error(`the runtime is ${size} bytes after gzip, expected at most ${MAX_GZIP_BYTES}`);
  }
  return text;
}

const options = {
  entryPoints: [`${import.meta.dirname}/src/main.ts`],
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2020'],
  charset: 'utf8',
  legalComments: 'none',
  write: false,
  plugins: [adaptedDriver, minifiedCss],
} satisfies BuildOptions;

/** For esbuild's watch: writes the runtime to `outfile` after every build. */
export const writingTo = (outfile: string): BuildOptions => ({
  ...options,
  outfile,
  plugins: [
    ...options.plugins,
    {
      name: 'finish',
      setup({ onEnd }) {
        onEnd(async ({ outputFiles }) => {
          const [file] = outputFiles ?? [];
          if (file) await writeFile(outfile, await finish(file.text));
        });
      },
    },
  ],
});

/** The runtime's text, built in memory. */
export async function bundleRuntime(): Promise<string> {
  const { outputFiles } = await build(options);
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild wrote no output');
  return finish(file.text);
}
