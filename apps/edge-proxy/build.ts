import { parseArgs } from 'node:util';
import { type BuildOptions, build, context, type Message, type Plugin } from 'esbuild';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: `${import.meta.dirname}/dist` },
    watch: { type: 'boolean', default: false },
  },
});

const options: BuildOptions = {
  entryPoints: [`${import.meta.dirname}/src/main.ts`],
  outfile: `${values.out}/main.mjs`,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: true,
  sourcemap: 'external',
  legalComments: 'none',
  logLevel: values.watch ? 'silent' : 'warning',
  metafile: true,
  // Fastify and undici are CommonJS: their require calls need one, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

const located = ({ text, location }: Message): string =>
  location === null ? text : `${location.file}:${location.line}:${location.column} ${text}`;

/** One line for every build: whoever watches reads them. */
const report: Plugin = {
  name: 'report',
  setup({ onEnd }) {
    onEnd(({ errors, metafile }) => {
      if (errors.length > 0) {
        console.error(`build of edge-proxy failed: ${errors.map(located).join('; ')}`);
        return;
      }
      const bundle = Object.entries(metafile?.outputs ?? {}).find(([file]) => file.endsWith('main.mjs'));
      console.log(`built edge-proxy: ${Math.ceil((bundle?.[1].bytes ?? 0) / 1024)} KB`);
    });
  },
};

if (values.watch) {
  const watching = await context({ ...options, plugins: [report] });
  await watching.watch();
} else {
  await build({ ...options, plugins: [report] });
}
