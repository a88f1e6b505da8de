import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningProcess } from '@isochrone/engines';
import { formatProblem, type Topology } from '@isochrone/topology';
import type { Deployment } from './deployment.ts';
import {
  type BuildEvents,
  buildFunctions,
  type FunctionBuild,
  watchEdgeProxy,
  watchFunctions,
} from './function-build.ts';
import { watchTopology } from './topology-file.ts';

export interface EditOptions {
  readonly topologyFile: string;
  /** What runs now. */
  readonly current: () => Topology;
  /** The topology as the local world serves it. */
  readonly localTopology: (topology: Topology) => Topology;
  readonly apply: (topology: Topology) => Promise<void>;
  readonly deployment: Deployment;
  readonly build: FunctionBuild;
  /** Folder of the edge proxy's builds. */
  readonly edgeBuild: string;
  readonly log: (name: string) => (line: string) => void;
  readonly say: (line: string) => void;
}

export interface Edits {
  close(): Promise<void>;
}

/**
 * Follows edits of the topology and of the sources: regions come and go, functions and proxies are built and swapped.
 * One edit at a time. Resolves after the first build of both.
 */
export async function followEdits(options: EditOptions): Promise<Edits> {
  const { topologyFile, current, localTopology, apply, deployment, build, edgeBuild, log, say } = options;
  let work: Promise<void> = Promise.resolve();
  const inTurn = (job: () => Promise<void>): void => {
    work = work
      .then(job)
      .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  };

  const functions = swapper('functions', join(build.out, 'manifest.json'), () =>
    deployment.reloadFunctions(),
  );
  const edge = swapper('edge proxies', join(edgeBuild, 'main.mjs'), () => deployment.restartEdges());
  // The builder reads a copy, so that an edit of the topology takes effect in the order of `change` alone.
  const copy = join(build.out, '..', 'topology.yaml');
  copyFileSync(topologyFile, copy);
  let functionBuilder = watchFunctions(build, copy, current().domain, functions.events);
  const edgeBuilder = watchEdgeProxy(edgeBuild, log('build-edge-proxy'), edge.events);
  await Promise.all([firstOf(functions.first, functionBuilder), firstOf(edge.first, edgeBuilder)]);

  const change = async (next: Topology): Promise<void> => {
    const before = current();
    await functionBuilder.stop();
    copyFileSync(topologyFile, copy);
    try {
      await buildFunctions(build, copy, next.domain);
      functions.settle();
      await apply(next);
      await deployment.reloadFunctions();
      say(changeLine(before, next));
    } finally {
      functionBuilder = watchFunctions(build, copy, current().domain, functions.events);
    }
  };
  const stopWatching = watchTopology(topologyFile, (result) => {
    if (result.ok) return inTurn(() => change(localTopology(result.topology)));
    say(result.problems.map(formatProblem).join('\n'));
    say('the topology has problems; the world stays as it is');
  });
  return {
    close: async () => {
      stopWatching();
      await work;
      await Promise.all([functionBuilder.stop(), edgeBuilder.stop()]);
    },
  };

  /** Swaps when the built file really changed: a first build, or one of the same text, is no news. */
  function swapper(what: string, file: string, swap: () => Promise<void>) {
    const first = Promise.withResolvers<void>();
    let known: string | undefined;
    const settle = (): boolean => {
      const text = readFileSync(file, 'utf8');
      const isNews = known !== undefined && known !== text;
      known = text;
      first.resolve();
      return isNews;
    };
    const events: BuildEvents = {
      onBuilt: () => {
        if (!settle()) return;
        inTurn(async () => {
          await swap();
          say(`${what} rebuilt and swapped`);
        });
      },
      onFailed: say,
    };
    return { events, settle, first: first.promise };
  }
}

async function firstOf(first: Promise<void>, { name, exited }: RunningProcess): Promise<void> {
  const ended = exited.then(() => {
    throw new Error(`${name} ended before its first build`);
  });
  await Promise.race([first, ended]);
  // Its end is expected from here on.
  ended.catch(() => {});
}

function changeLine(before: Topology, after: Topology): string {
  const names = (topology: Topology) => topology.regions.map(({ name }) => name);
  const added = names(after).filter((name) => !names(before).includes(name));
  const removed = names(before).filter((name) => !names(after).includes(name));
  const parts = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)];
  return `topology applied${parts.length > 0 ? `: ${parts.join(' ')}` : ''}`;
}
