import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { buildApp, type EdgeApp, type LogOptions } from './app.ts';
import { EdgeProxyError, errorMessage } from './errors.ts';
import type { Materials } from './materials.ts';
import { createPlainListener } from './plain-listener.ts';
import type { Share } from './tls-listener.ts';

/** Seconds for requests in flight when the proxy stops; what still runs then is cut. */
export const STOP_SECONDS = 15;

/** A running proxy, within this process. */
export interface Edge extends Pick<EdgeApp, 'metrics' | 'news' | 'addNews' | 'reload'> {
  readonly address: AddressInfo;
  readonly plainAddress: AddressInfo | null;
  /** The health check turns to 503 and connections are closed politely, while requests are still served. */
  drain(): void;
  /** Accepts nobody new, finishes what is in flight, and closes everything. */
  close(): Promise<void>;
}

/**
 * Starts both listeners.
 * @throws EdgeProxyError EDGE_PROXY_LISTEN_FAILED
 */
export async function startEdge(
  config: EdgeProxyConfig,
  materials: Materials,
  log: LogOptions,
  share?: Share,
): Promise<Edge> {
  const edge = buildApp(config, materials, log, share);
  const { app, connections, metrics, news, addNews, reload } = edge;
  const plain = config.plainBind === null ? null : createPlainListener(edge.config, edge.plainHeaders);

  async function close(): Promise<void> {
    const bound = setTimeout(() => connections.destroyAll(), STOP_SECONDS * 1_000);
    plain?.close();
    await app.close();
    clearTimeout(bound);
  }

  try {
    await app.listen({
      host: config.bind.address,
      port: config.bind.port,
      listenTextResolver: (address) => `accepting connections at ${address.replace(/^http:/, 'https:')}`,
    });
    if (plain !== null && config.plainBind !== null) {
      plain.listen(config.plainBind.port, config.plainBind.address);
      await once(plain, 'listening');
    }
  } catch (error) {
    await close();
    throw listenFailure(error);
  }
  return {
    address: boundAddress(app.server),
    plainAddress: plain === null ? null : boundAddress(plain),
    metrics,
    news,
    addNews,
    reload,
    drain: edge.startDraining,
    close,
  };
}

/** Why a listener could not be opened, in words that help. */
export const listenFailure = (cause: unknown): EdgeProxyError =>
  new EdgeProxyError(
    'EDGE_PROXY_LISTEN_FAILED',
    errorMessage(cause),
    'stop what holds the address, or choose another; a port below 1024 needs CAP_NET_BIND_SERVICE',
    { cause },
  );

export function boundAddress(server: { address(): AddressInfo | string | null }): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a TCP port');
  return address;
}
