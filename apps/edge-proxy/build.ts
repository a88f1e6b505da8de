import { parseArgs } from 'node:util';
import { type BuildOptions, build, context } from 'esbuild';

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
  logLevel: 'warning',
  // Fastify and undici are CommonJS: their require calls need one, which an ES module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

if (values.watch) {
  const watching = await context(options);
  await watching.watch();
} else {
  await build(options);
}
