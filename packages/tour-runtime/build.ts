// node build.ts [--watch]: writes dist/runtime.js
import { parseArgs } from 'node:util';
import { build, context } from 'esbuild';
import { bundleOptions } from './bundle.ts';

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
const options = { ...bundleOptions, outfile: `${import.meta.dirname}/dist/runtime.js` };

if (values.watch) {
  const watched = await context(options);
  await watched.watch();
} else {
  await build(options);
}
