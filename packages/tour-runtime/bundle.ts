import { readFile } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin, transform } from 'esbuild';

/**
 * driver.js 1.8 writes texts with innerHTML. Here they are written as text, which makes them harmless whatever
 * they say, and lets the script run under `require-trusted-types-for 'script'`.
 */
const driverWritesText: Plugin = {
  name: 'driver-writes-text',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]driver\.js[/\\]dist[/\\].*\.mjs$/ }, async ({ path }) => ({
      contents: replaced(
        replaced(await readFile(path, 'utf8'), '.innerHTML=', '.textContent=', 8),
        '&times;',
        '×',
        1,
      ),
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

/** Replaces every `from`; another number of them than expected means another driver.js, to be read again by a person. */
function replaced(text: string, from: string, to: string, expected: number): string {
  const parts = text.split(from);
  if (parts.length - 1 !== expected) {
    throw new Error(`driver.js has ${parts.length - 1} of "${from}", expected ${expected}`);
  }
  return parts.join(to);
}

/** Bundles the runtime to the text of one function expression that takes the data. */
export const bundleOptions = {
  entryPoints: [`${import.meta.dirname}/src/main.ts`],
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2020'],
  charset: 'utf8',
  legalComments: 'none',
  plugins: [driverWritesText, minifiedCss],
  banner: {
    js: '/* Isochrone. Contains driver.js 1.8.0, (c) Kamran Ahmed, MIT licence: github.com/nilbuild/driver.js */\n(function(isochroneData){',
  },
  footer: { js: '})' },
} satisfies BuildOptions;

/** The runtime's text, built in memory. */
export async function bundleRuntime(): Promise<string> {
  const { outputFiles } = await build({ ...bundleOptions, write: false });
  const [file] = outputFiles;
  if (!file) throw new Error('esbuild wrote no output');
  return file.text;
}
