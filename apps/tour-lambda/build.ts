import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle/bundle.ts';
import { topologyName } from './bundle/compiled-topology.ts';
import { watchBundle } from './bundle/watch.ts';
import type { Manifest } from './bundle/write.ts';

const usage = `usage: node build.ts [--topology FILE] [--domain DOMAIN] [--out DIR] [--watch]

  --topology FILE  build for this topology; without it, for every topologies/*.yaml, into dist/<name>/
  --domain DOMAIN  take DOMAIN in place of the topology's own
  --out DIR        write here (default: dist/<name> beside this file)
  --watch          build again after every change, one line each`;

async function main(): Promise<void> {
  const { topology, domain, out, watch } = readArguments();
  const files = topology === undefined ? await everyTopology() : [resolve(topology)];
  for (const topologyFile of files) {
    const name = topologyName(topologyFile);
    const outdir = out === undefined ? resolve(import.meta.dirname, 'dist', name) : resolve(out);
    const request = { topologyFile, domain, outdir };
    if (watch) {
      await watchBundle(request, {
        onBuilt: (manifest) => console.log(summary(name, manifest)),
        onFailed: (reason) => console.error(`build of ${name} failed: ${reason.replaceAll('\n', ' ')}`),
      });
    } else {
      console.log(summary(name, await bundle(request)));
    }
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      topology: { type: 'string' },
      domain: { type: 'string' },
      out: { type: 'string' },
      watch: { type: 'boolean', default: false },
    },
  });
  if (values.out !== undefined && values.topology === undefined)
    throw new TypeError('--out needs --topology');
  return values;
}

async function everyTopology(): Promise<readonly string[]> {
  const folder = resolve(import.meta.dirname, '../../topologies');
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => join(folder, file));
}

const summary = (name: string, { functions }: Manifest): string =>
  [
    `built ${name}:`,
    Object.entries(functions)
      .map(([job, { bytes, sha256 }]) => `${job} ${Math.ceil(bytes / 1024)} KB ${sha256.slice(0, 12)}`)
      .join(', '),
  ].join(' ');

try {
  await main();
} catch (error) {
  const misused = error instanceof TypeError;
  console.error(misused ? `${error.message}\n\n${usage}` : error instanceof Error ? error.message : error);
  process.exitCode = misused ? 2 : 1;
}
