import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { startEdge } from './edge.ts';
import type { standardOutput } from './log.ts';
import type { Materials } from './materials.ts';
import { observeProcess, type WorkerMetrics } from './metrics.ts';

/** The serving part of the proxy, be it one process or several. */
export interface Serving {
  readonly address: AddressInfo;
  readonly plainAddress: AddressInfo | null;
  /** Process ids of those that serve. */
  workers(): readonly number[];
  /** Resolves once every worker goes by the new configuration. */
  reload(config: EdgeProxyConfig, materials: Materials): Promise<void>;
  metrics(): Promise<readonly WorkerMetrics[]>;
  /** The health check turns to 503 and connections are closed politely, while requests are still served. */
  drain(): void;
  /** Accepts nobody new, finishes what is in flight, and closes everything. */
  close(): Promise<void>;
}

/** How many processes serve. */
export const workersOf = ({ workers }: Pick<EdgeProxyConfig, 'workers'>): number =>
  workers === 'cores' ? availableParallelism() : workers;

/** Serves within this process: what a single worker would do costs no second one. */
export async function serveAlone(
  config: EdgeProxyConfig,
  materials: Materials,
  log: { readonly level: string; readonly stream: ReturnType<typeof standardOutput> },
): Promise<Serving> {
  const edge = await startEdge(config, materials, log);
  observeProcess(edge.metrics);
  return {
    address: edge.address,
    plainAddress: edge.plainAddress,
    workers: () => [process.pid],
    reload: async (next, files) => edge.reload(next, files),
    metrics: async () => [await edge.metrics.getMetricsAsJSON()],
    drain: edge.drain,
    close: edge.close,
  };
}
