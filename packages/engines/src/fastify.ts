import type { CheckedConfig } from './check-config.ts';
import type { StartEngineOptions } from './engine.ts';
import { oneAtATime } from './in-turn.ts';
import { logLines } from './log-lines.ts';
import { reloadOnce } from './reloading.ts';
import type { RunningEngine } from './running-engine.ts';
import { startNode } from './start-node.ts';

/** The edge proxy as a process: SIGUSR2 drains it, SIGHUP makes it take its configuration anew. */
export function startFastify(options: StartEngineOptions): RunningEngine {
  const { name, configFile, edgeProxyEntry, execArgv = [], log } = options;
  const lines = logLines(log);
  const proxy = startNode({
    name,
    entry: edgeProxyEntry,
    args: ['--config', configFile],
    execArgv,
    log: lines.log,
  });
  const inTurn = oneAtATime();
  return {
    ...proxy,
    drain: async () => proxy.signal('SIGUSR2'),
    reload: () =>
      inTurn(() =>
        reloadOnce({
          name,
          config: options,
          lines,
          exited: proxy.exited,
          tell: () => proxy.signal('SIGHUP'),
          verdict,
        }),
      ),
  };
}

/** The edge proxy logs JSON, and says by `msg` what became of a reload. */
function verdict(line: string): CheckedConfig | undefined {
  if (!line.startsWith('{') || !line.includes('"reload')) return undefined;
  const entry = parsed(line);
  if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return undefined;
  if (entry.msg === 'reloaded') return { ok: true };
  return entry.msg === 'reload refused' ? { ok: false, output: line } : undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
