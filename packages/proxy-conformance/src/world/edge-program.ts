import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EdgeSettings, renderEdgeProxy, renderHaproxy } from '@isochrone/config-gen';
import { type EngineName, type RunningProcess, startEngine } from '@isochrone/engines';
import type { ProxyInstance, Topology } from '@isochrone/topology';

/** What an edge is started from. */
export interface EdgeSite {
  readonly topology: Topology;
  readonly instance: ProxyInstance;
  readonly settings: EdgeSettings;
  /** For its configuration; removed after the edge has ended. */
  readonly directory: string;
  readonly log: (line: string) => void;
}

/** An edge that runs. */
export interface RunningEdge extends RunningProcess {
  /** Begins to leave: `/healthz` turns to 503 first. Resolves once the edge has been told. */
  drain(): Promise<void>;
  /**
   * Takes up what `site` says now, and the files that it names. Resolves once the new configuration serves; rejects
   * where the edge refuses it.
   */
  reload(site: EdgeSite): Promise<void>;
}

/** Starts an edge; it need not listen yet when the promise resolves. */
export type StartEdge = (site: EdgeSite) => Promise<RunningEdge>;

/** Both engines, run from what config-gen renders. */
export function edgeProgram(engine: EngineName, options: { readonly edgeProxyEntry: string }): StartEdge {
  const render = engine === 'haproxy' ? renderHaproxy : renderEdgeProxy;
  return async (site) => {
    const configFile = join(site.directory, engine === 'haproxy' ? 'haproxy.cfg' : 'edge-proxy.json');
    const write = ({ topology, instance, settings }: EdgeSite) =>
      writeFile(configFile, render(topology, instance, settings));
    await write(site);
    const { edgeProxyEntry } = options;
    const running = await startEngine({
      engine,
      name: `${engine} of ${site.directory}`,
      configFile,
      edgeProxyEntry,
      log: site.log,
    });
    return {
      ...running,
      get pid() {
        return running.pid;
      },
      drain: () => running.drain({ leaveAfterMs: site.topology.edge.drain * 1_000 }),
      reload: async (next) => {
        await write(next);
        await running.reload();
      },
    };
  };
}
