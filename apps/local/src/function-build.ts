import { type RunningProcess, startNode } from '@isochrone/engines';
import { LocalError } from './errors.ts';
import { programs } from './programs.ts';

export interface BuildOptions {
  readonly topologyFile: string;
  /** Taken in place of the topology's own. */
  readonly domain: string;
  readonly out: string;
  readonly log: (line: string) => void;
}

/** Builds the functions' bundles for one topology. @throws LocalError LOCAL_BUILD_FAILED */
export async function buildFunctions(options: BuildOptions): Promise<void> {
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
    options.log(line);
  };
  const build = startNode({
    name: 'build',
    entry: programs.buildFunctions,
    args: argumentsFor(options),
    log,
  });
  const { code } = await build.exited;
  if (code === 0) return;
  throw new LocalError('LOCAL_BUILD_FAILED', `the functions cannot be built:\n${lines.join('\n')}`, {
    hint: 'mend the source and start again',
  });
}

/** Builds after every change, until stopped. */
export function watchFunctions(options: BuildOptions & { readonly onBuilt: () => void }): RunningProcess {
  return watch('build-functions', programs.buildFunctions, argumentsFor(options), options);
}

/** Builds the edge proxy after every change, until stopped. */
export function watchEdgeProxy(options: {
  readonly out: string;
  readonly log: (line: string) => void;
  readonly onBuilt: () => void;
}): RunningProcess {
  return watch('build-edge-proxy', programs.buildEdgeProxy, ['--out', options.out], options);
}

const argumentsFor = ({ topologyFile, domain, out }: BuildOptions): readonly string[] => [
  ...['--topology', topologyFile],
  ...['--domain', domain],
  ...['--out', out],
];

function watch(
  name: string,
  entry: string,
  args: readonly string[],
  { log, onBuilt }: { readonly log: (line: string) => void; readonly onBuilt: () => void },
): RunningProcess {
  return startNode({
    name,
    entry,
    args: [...args, '--watch'],
    log: (line) => {
      log(line);
      if (line.startsWith('built ')) onBuilt();
    },
  });
}
