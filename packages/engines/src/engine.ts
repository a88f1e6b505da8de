import type { EngineOptions } from './check-config.ts';
import { startFastify } from './fastify.ts';
import { startHaproxy } from './haproxy.ts';
import type { RunningEngine } from './running-engine.ts';

export type StartEngineOptions = EngineOptions & {
  readonly name: string;
  readonly log: (line: string) => void;
  /** Options for Node (`--inspect=…`); haproxy does not use them. */
  readonly execArgv?: readonly string[];
};

/**
 * Starts a proxy from its rendered configuration; resolves when the proxy's own pid is known. A configuration that the
 * engine rejects shows as an exit of the process, with the reason in the log: see checkEngineConfig.
 *
 * @throws EnginesError ENGINES_HAPROXY_MISSING, ENGINES_START_FAILED
 */
export async function startEngine(options: StartEngineOptions): Promise<RunningEngine> {
  return options.engine === 'haproxy' ? startHaproxy(options) : startFastify(options);
}
