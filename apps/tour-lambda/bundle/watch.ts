import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type BuildContext, context, type Message, type Plugin } from 'esbuild';
import type { CompiledTopology } from '../src/site.ts';
import type { BundleRequest } from './bundle.ts';
import { readCompiledTopology } from './compiled-topology.ts';
import { bundleOptions } from './options.ts';
import { type Manifest, writeBundles } from './write.ts';

export interface WatchEvents {
  readonly onBuilt: (manifest: Manifest) => void;
  /** The last good bundles stay where they are. */
  readonly onFailed: (reason: string) => void;
}

/** How long a file must lie still before it is read: a write first empties it. */
const SETTLE_MS = 100;

/**
 * Bundles now, and again whenever a source file or the topology changes, until the returned function is called.
 * esbuild fixes `define` for the life of a context, so a topology that changes a hostname needs a new one.
 */
export async function watchBundle(request: BundleRequest, events: WatchEvents): Promise<() => Promise<void>> {
  let compiledIn = '';
  let current: BuildContext | undefined;

  const refresh = async (): Promise<void> => {
    try {
      const topology = await readCompiledTopology(request.topologyFile, request.domain);
      const text = JSON.stringify(topology);
      if (text === compiledIn) return;
      compiledIn = text;
      await current?.dispose();
      current = await startContext(topology, request.outdir, events);
    } catch (error) {
      events.onFailed(error instanceof Error ? error.message : String(error));
    }
  };

  let refreshed = refresh();
  let settling: NodeJS.Timeout | undefined;
  const file = basename(request.topologyFile);
  // The folder, not the file: editors replace a file by renaming another over it.
  const watcher = watch(dirname(request.topologyFile), (_event, name) => {
    if (name !== file) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      refreshed = refreshed.then(refresh);
    }, SETTLE_MS);
  });
  await refreshed;

  return async () => {
    watcher.close();
    clearTimeout(settling);
    await refreshed;
    await current?.dispose();
  };
}

async function startContext(
  topology: CompiledTopology,
  outdir: string,
  { onBuilt, onFailed }: WatchEvents,
): Promise<BuildContext> {
  const report: Plugin = {
    name: 'report',
    setup({ onEnd }) {
      onEnd(async ({ errors, outputFiles }) => {
        if (errors.length > 0) onFailed(errors.map(located).join('; '));
        else onBuilt(await writeBundles(outdir, outputFiles ?? []));
      });
    },
  };
  const started = await context({ ...bundleOptions(topology, outdir), plugins: [report] });
  await started.watch();
  return started;
}

const located = ({ text, location }: Message): string =>
  location === null ? text : `${location.file}:${location.line}:${location.column} ${text}`;
