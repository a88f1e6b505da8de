import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningProcess } from '@isochrone/engines';
import { formatProblem, parseTopology, publicHostname, type Topology } from '@isochrone/topology';
import type { Deployment } from './deployment.ts';
import {
  type BuildEvents,
  buildFunctions,
  type FunctionBuild,
  watchEdgeProxy,
  watchFunctions,
  watchTourRuntime,
} from './function-build.ts';
import { watchTopologyFile } from './topology-file.ts';

export interface EditOptions {
  readonly topologyFile: string;
  /** Content of the topology file that `current` was made from. */
  readonly text: string;
  /** What runs now, or is to run first. */
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
 * Builds, applies the topology, and follows edits of it and of the sources from then on: regions come and go, functions
 * and proxies are built and swapped, one edit at a time. Resolves when the first topology is applied.
 */
export async function followEdits(options: EditOptions): Promise<Edits> {
  await using starting = new AsyncDisposableStack();
  const { topologyFile, current, localTopology, apply, deployment, build, edgeBuild, log, say } = options;
  const functions = builtFile(join(build.out, 'manifest.json'));
  const edge = builtFile(join(edgeBuild, 'main.mjs'));
  // The builder reads a copy, so that an edit of the topology takes effect in the order of `change` alone.
  const copy = join(build.out, '..', 'topology.yaml');
  writeFileSync(copy, options.text);

  const runtimeBuilder = watchTourRuntime(log('build-tour-runtime'));
  starting.defer(() => runtimeBuilder.stop());
  let functionBuilder = watchFunctions(
    build,
    copy,
    current().domain,
    swapping(functions, 'functions', () => deployment.reloadFunctions()),
  );
  starting.defer(() => functionBuilder.stop());
  const edgeBuilder = watchEdgeProxy(
    edgeBuild,
    log('build-edge-proxy'),
    swapping(edge, 'edge proxies', () => deployment.restartEdges()),
  );
  starting.defer(() => edgeBuilder.stop());

  let work: Promise<void> = Promise.resolve();
  await Promise.all([firstOf(functions.first, functionBuilder), firstOf(edge.first, edgeBuilder)]);
  const first = apply(current());
  work = first.catch(() => {});
  await first;

  starting.defer(
    watchTopologyFile(
      topologyFile,
      options.text,
      (text) =>
        inTurn(async () => {
          const result = parseTopology(text, topologyFile);
          if (result.ok) return change(text, localTopology(result.topology));
          say(result.problems.map(formatProblem).join('\n'));
          say('the topology has problems; the world stays as it is');
        }),
      () => say('the topology file is gone; the world stays as it is'),
    ),
  );
  starting.defer(() => work);
  const running = starting.move();
  return { close: () => running.disposeAsync() };

  function inTurn(job: () => Promise<void>): void {
    work = work
      .then(job)
      .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
  }

  async function change(text: string, next: Topology): Promise<void> {
    const before = current();
    const running = new Set(deployment.apis.values());
    await functionBuilder.stop();
    writeFileSync(copy, text);
    try {
      await buildFunctions(build, copy, next.domain);
      functions.isNews();
      try {
        await apply(next);
      } finally {
        await deployment.reloadFunctions(running);
      }
      say(changeLine(before, next));
    } finally {
      const events = swapping(functions, 'functions', () => deployment.reloadFunctions());
      functionBuilder = watchFunctions(build, copy, current().domain, events);
    }
  }

  function swapping(file: BuiltFile, what: string, swap: () => Promise<void>): BuildEvents {
    return {
      onBuilt: () => {
        if (!file.isNews()) return;
        inTurn(async () => {
          await swap();
          say(`${what} rebuilt and swapped`);
        });
      },
      onFailed: say,
    };
  }
}

interface BuiltFile {
  /** Resolves when the file was looked at for the first time. */
  readonly first: Promise<void>;
  /** Whether the file changed since it was looked at; a first build, or one of the same text, is no news. */
  readonly isNews: () => boolean;
}

function builtFile(path: string): BuiltFile {
  const first = Promise.withResolvers<void>();
  let known: string | undefined;
  return {
    first: first.promise,
    isNews: () => {
      const text = readFileSync(path, 'utf8');
      const isNews = known !== undefined && known !== text;
      known = text;
      first.resolve();
      return isNews;
    },
  };
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
  const [from, to] = [publicHostname(before), publicHostname(after)];
  const moved = from === to ? [] : [`${from} is now ${to}`];
  return `topology applied${[...parts, ...moved].map((part, index) => (index === 0 ? `: ${part}` : ` ${part}`)).join('')}`;
}
