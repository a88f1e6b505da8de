import { instanceName } from '@isochrone/config-gen';
import type { Topology } from '@isochrone/topology';
import { LocalError } from './errors.ts';
import type { EngineChoice } from './options.ts';
import { functionNames } from './region-api.ts';

/** Lets a debugger into some of the processes. */
export interface Inspector {
  /** Options for Node, by the name of the process. */
  readonly execArgv: (name: string) => readonly string[];
  /** Wraps the process's log so that the debugger's address is said. */
  readonly listen: (name: string, log: (line: string) => void) => (line: string) => void;
}

/** @throws LocalError LOCAL_INSPECT_UNKNOWN */
export function openInspector(
  wanted: readonly string[],
  topology: Topology,
  engine: EngineChoice,
  say: (line: string) => void,
): Inspector {
  const known = topology.regions.flatMap(({ name, proxies }) => [
    ...functionNames(name),
    ...proxies
      .filter((proxy) => (engine === 'topology' ? proxy.engine : engine) === 'fastify')
      .map(instanceName),
  ]);
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new LocalError('LOCAL_INSPECT_UNKNOWN', `--inspect ${name} names no Node process of this world`, {
      hint: `choose from ${known.join(', ')}`,
    });
  }
  const inspected = new Set(wanted);
  return {
    execArgv: (name) => (inspected.has(name) ? ['--inspect=127.0.0.1:0'] : []),
    listen: (name, log) => {
      if (!inspected.has(name)) return log;
      return (line) => {
        const address = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
        if (address) say(`${name}: debugger at ${address}`);
        log(line);
      };
    },
  };
}
