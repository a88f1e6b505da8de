import { execFile } from 'node:child_process';
import { findHaproxy } from './find-haproxy.ts';

export type EngineName = 'fastify' | 'haproxy';

export interface EngineOptions {
  readonly engine: EngineName;
  /** haproxy.cfg or edge-proxy.json. */
  readonly configFile: string;
  /** The built entry point of apps/edge-proxy; haproxy does not use it. */
  readonly edgeProxyEntry: string;
}

/** Whether an engine accepts a configuration; `output` is what it printed. */
export type CheckedConfig = { readonly ok: true } | { readonly ok: false; readonly output: string };

/** Long enough for names that haproxy looks up while it parses, on a network without DNS. */
const CHECK_TIMEOUT_MS = 30_000;

/**
 * Asks the engine itself whether it accepts a configuration file, without starting it.
 *
 * @throws EnginesError ENGINES_HAPROXY_MISSING
 */
export async function checkEngineConfig(options: EngineOptions): Promise<CheckedConfig> {
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
