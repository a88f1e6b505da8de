// node build.ts [--watch]: writes dist/runtime.js
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build, context } from 'esbuild';
import { writingTo } from './bundle.ts';

const { values } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });
const folder = `${import.meta.dirname}/dist`;
await mkdir(folder, { recursive: true });
const options = writingTo(`${folder}/runtime.js`);

if (values.watch) {
  const watched = await context(options);
  await watched.watch();
} else {
  await build(options);
}
