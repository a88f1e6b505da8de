import { execFile } from 'node:child_process';
import { findHaproxy, startHaproxy } from './haproxy.ts';
import type { RunningProcess } from './running-process.ts';
import { startNode } from './start-node.ts';

export type EngineName = 'fastify' | 'haproxy';

export interface EngineOptions {
  readonly engine: EngineName;
  /** haproxy.cfg or edge-proxy.json. */
  readonly configFile: string;
  /** The built entry point of apps/edge-proxy; haproxy does not use it. */
  readonly edgeProxyEntry: string;
}

/** Long enough for names that haproxy looks up while it parses, on a network without DNS. */
const CHECK_TIMEOUT_MS = 30_000;

/**
 * Starts a proxy from its rendered configuration; resolves when the proxy's own pid is known. A configuration that the
 * engine rejects shows as an exit of the process, with the reason in the log: see checkEngineConfig.
 *
 * @param options.execArgv options for Node (`--inspect=…`); haproxy does not use them.
 * @throws EnginesError ENGINES_HAPROXY_MISSING, ENGINES_START_FAILED
 */
export async function startEngine(
  options: EngineOptions & {
    readonly name: string;
    readonly log: (line: string) => void;
    readonly execArgv?: readonly string[];
  },
): Promise<RunningProcess> {
  const { engine, name, configFile, edgeProxyEntry, log, execArgv = [] } = options;
  if (engine === 'haproxy') return startHaproxy({ name, configFile, log });
  return startNode({ name, entry: edgeProxyEntry, args: ['--config', configFile], execArgv, log });
}

/**
 * Asks the engine itself whether it accepts a configuration file, without starting it. `output` is what it printed.
 *
 * @throws EnginesError ENGINES_HAPROXY_MISSING
 */
export async function checkEngineConfig(
  options: EngineOptions,
): Promise<{ readonly ok: true } | { readonly ok: false; readonly output: string }> {
  const { engine, configFile, edgeProxyEntry } = options;
  const [command, args]: [string, string[]] =
    engine === 'haproxy'
      ? [findHaproxy(), ['-c', '-f', configFile]]
      : [process.execPath, [edgeProxyEntry, '--config', configFile, '--check']];
  return new Promise((resolve) => {
    execFile(command, args, { timeout: CHECK_TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve({ ok: true });
      else resolve({ ok: false, output: `${stdout}${stderr}`.trim() || error.message });
    });
  });
}
