import { join } from 'node:path';
import { type RunningProcess, startNode } from '@isochrone/engines';
import { LocalError } from './errors.ts';
import { programs } from './programs.ts';

/** Where a world keeps its built functions. */
export interface FunctionBuild {
  readonly out: string;
  readonly log: (line: string) => void;
}

export const functionBuild = (stateDirectory: string, log: (line: string) => void): FunctionBuild => ({
  out: join(stateDirectory, 'functions'),
  log,
});

/**
 * Builds the functions' bundles for one topology.
 *
 * @param domain taken in place of the topology's own
 * @throws LocalError LOCAL_BUILD_FAILED
 */
export async function buildFunctions(
  build: FunctionBuild,
  topologyFile: string,
  domain: string,
): Promise<void> {
  const lines: string[] = [];
  const running = startNode({
    name: 'build-functions',
    entry: programs.buildFunctions,
    args: argumentsFor(build, topologyFile, domain),
    log: (line) => {
      lines.push(line);
      build.log(line);
    },
  });
  const { code } = await running.exited;
  if (code === 0) return;
  throw new LocalError('LOCAL_BUILD_FAILED', `the functions cannot be built:\n${lines.join('\n')}`, {
    hint: 'mend the source and start again',
  });
}

export interface BuildEvents {
  readonly onBuilt: () => void;
  readonly onFailed: (line: string) => void;
}

/** Builds after every change of a source, until stopped. */
export function watchFunctions(
  build: FunctionBuild,
  topologyFile: string,
  domain: string,
  events: BuildEvents,
): RunningProcess {
  const args = argumentsFor(build, topologyFile, domain);
  return watch('build-functions', programs.buildFunctions, args, build.log, events);
}

/** Builds the edge proxy after every change of a source, until stopped. */
export function watchEdgeProxy(
  out: string,
  log: (line: string) => void,
  events: BuildEvents,
): RunningProcess {
  return watch('build-edge-proxy', programs.buildEdgeProxy, ['--out', out], log, events);
}

/** Builds the browser script after every change of a source, until stopped; the functions' builder takes it from there. */
export function watchTourRuntime(log: (line: string) => void): RunningProcess {
  return startNode({ name: 'build-tour-runtime', entry: programs.buildTourRuntime, args: ['--watch'], log });
}

const argumentsFor = ({ out }: FunctionBuild, topologyFile: string, domain: string): readonly string[] => [
  ...['--topology', topologyFile],
  ...['--domain', domain],
  ...['--out', out],
];

function watch(
  name: string,
  entry: string,
  args: readonly string[],
  log: (line: string) => void,
  { onBuilt, onFailed }: BuildEvents,
): RunningProcess {
  return startNode({
    name,
    entry,
    args: [...args, '--watch'],
    log: (line) => {
      log(line);
      if (line.startsWith('built ')) onBuilt();
      if (line.startsWith('build of ')) onFailed(line);
    },
  });
}
