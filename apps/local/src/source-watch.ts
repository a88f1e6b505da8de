import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';
import { watchEdgeProxy, watchFunctions } from './function-build.ts';

export interface SourceWatchOptions {
  readonly topologyFile: string;
  readonly domain: string;
  /** Folder of the built functions. */
  readonly out: string;
  readonly edgeProxyOut: string;
  readonly log: (name: string) => (line: string) => void;
  readonly say: (line: string) => void;
}

export interface SourceWatch {
  close(): Promise<void>;
}

/** Rebuilds functions and edge proxy after every edit and swaps them in; resolves after the first build of both. */
export async function watchSources(
  options: SourceWatchOptions,
  deployment: Deployment,
): Promise<SourceWatch> {
  const { topologyFile, domain, out, edgeProxyOut, log, say } = options;
  const functions = swapper('functions', join(out, 'manifest.json'), () => deployment.reloadFunctions(), say);
  const edge = swapper('edge proxies', join(edgeProxyOut, 'main.mjs'), () => deployment.restartEdges(), say);
  const builders = [
    watchFunctions({ topologyFile, domain, out, log: log('build-functions'), onBuilt: functions.built }),
    watchEdgeProxy({ out: edgeProxyOut, log: log('build-edge-proxy'), onBuilt: edge.built }),
  ];
  await Promise.race([
    Promise.all([functions.first, edge.first]),
    ...builders.map(async ({ name, exited }) => {
      await exited;
      throw new Error(`${name} ended before its first build`);
    }),
  ]);
  return {
    close: async () => {
      await Promise.all(builders.map((builder) => builder.stop()));
    },
  };
}

/** Swaps when the built file really changed: a first build, or one of the same text, is no news. */
function swapper(what: string, file: string, swap: () => Promise<void>, say: (line: string) => void) {
  const first = Promise.withResolvers<void>();
  let known: string | undefined;
  let swaps: Promise<void> = Promise.resolve();
  const built = (): void => {
    const text = readFileSync(file, 'utf8');
    const isNews = known !== undefined && known !== text;
    known = text;
    first.resolve();
    if (!isNews) return;
    swaps = swaps
      .then(swap)
      .then(() => say(`${what} rebuilt and swapped`))
      .catch((error: unknown) => say(`${what} could not be swapped: ${String(error)}`));
  };
  return { built, first: first.promise };
}
