import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EdgeSettings, instanceName, renderEdgeProxy, renderHaproxy } from '@isochrone/config-gen';
import { startEngine, type UnexpectedExit } from '@isochrone/engines';
import type { Engine, ProxyInstance, Topology } from '@isochrone/topology';
import { acceptsConnections } from './accepting.ts';
import { type ModalProxy, startModalProxy } from './proxy-mode.ts';

export interface EdgeOptions {
  readonly topology: Topology;
  readonly instance: ProxyInstance;
  readonly engine: Engine;
  readonly settings: EdgeSettings;
  /** Where the rendered configuration goes, in a folder of the instance's name. */
  readonly directory: string;
  readonly edgeProxyEntry: string;
  readonly execArgv: readonly string[];
  readonly log: (line: string) => void;
  readonly onExit: (exit: UnexpectedExit) => void;
}

/** A running proxy instance. */
export interface Edge extends ModalProxy {
  readonly instance: ProxyInstance;
  readonly engine: Engine;
  /**
   * Serves by another configuration from now on, without losing a request.
   *
   * @throws EnginesError: it goes on as it was.
   */
  reconfigure(options: EdgeOptions): Promise<void>;
}

/** The engine's own configuration file, as text. */
function renderConfiguration({ topology, instance, engine, settings }: EdgeOptions): string {
  return engine === 'haproxy'
    ? renderHaproxy(topology, instance, settings)
    : renderEdgeProxy(topology, instance, settings);
}

/**
 * Starts a proxy; resolves when it accepts connections, or has ended and is tried again in the background.
 *
 * @throws EnginesError ENGINES_HAPROXY_MISSING, ENGINES_START_FAILED
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { instance, engine, directory, edgeProxyEntry, execArgv, log, onExit } = options;
  const name = instanceName(instance);
  let { topology } = options;
  let configuration = renderConfiguration(options);
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  const configFile = join(folder, engine === 'haproxy' ? 'haproxy.cfg' : 'edge-proxy.json');
  await writeFile(configFile, configuration);
  const proxy = await startModalProxy({
    launch: () => startEngine({ engine, name, configFile, edgeProxyEntry, log, execArgv }),
    listening: ({ exited }) => acceptsConnections(options.settings.bind, exited),
    drainSeconds: () => topology.edge.drain,
    onExit,
  });
  return {
    instance,
    engine,
    get pid() {
      return proxy.pid;
    },
    setMode: proxy.setMode,
    restart: proxy.restart,
    reload: proxy.reload,
    stop: proxy.stop,
    reconfigure: async (next) => {
      const former = configuration;
      configuration = renderConfiguration(next);
      topology = next.topology;
      if (configuration === former) return;
      await writeFile(configFile, configuration);
      try {
        await proxy.reload();
      } catch (error) {
        configuration = former;
        await writeFile(configFile, former);
        throw error;
      }
    },
  };
}
