import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { PemPair } from '@isochrone/dev-ca';
import { onTestFinished } from 'vitest';
import { wildcardCertificate } from './certificates.ts';

/** What an upstream saw of one request. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly servername: string | false | null;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
}

export interface TestUpstream {
  readonly hostname: string;
  readonly port: number;
  /** Requests but health checks. */
  readonly seen: readonly Seen[];
  /** Health checks so far. */
  readonly checks: () => number;
  /** What the health check answers; `drip` never comes to an end. */
  health: number | 'drip';
  /** TLS connections that were ever opened. */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** An API on a TLS port of loopback; answers requests with `handle`, and `/healthz` by its `health`. */
export async function startUpstream(
  hostname: string,
  handle: RequestListener = (_request, response) => response.end(`hello from ${hostname}`),
  { certificate, key }: PemPair = wildcardCertificate,
  endpoint = { address: '127.0.0.1', port: 0 },
): Promise<TestUpstream> {
  const seen: Seen[] = [];
  let checks = 0;
  let connections = 0;
  const server = createServer({ cert: certificate, key }, (request, response) => {
    if (request.url === '/healthz') {
      checks += 1;
      if (upstream.health !== 'drip') response.writeHead(upstream.health).end();
      else drip(response);
      return;
    }
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      servername: request.socket instanceof TLSSocket ? request.socket.servername : null,
      headers: request.headers,
      rawHeaders: request.rawHeaders,
    });
    handle(request, response);
  });
  server.on('secureConnection', () => {
    connections += 1;
  });
  server.listen(endpoint.port, endpoint.address);
  await once(server, 'listening');
  const upstream: TestUpstream = {
    hostname,
    port: portOf(server.address()),
    seen,
    checks: () => checks,
    health: 200,
    connections: () => connections,
    close: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  onTestFinished(() => upstream.close());
  return upstream;
}

/** Sends a byte now and then, until the other side has had enough. */
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 20);
  response.once('close', () => clearInterval(timer));
}

/** A port of loopback where every connection meets `onConnection`, before any TLS. */
export async function startRawUpstream(
  hostname: string,
  onConnection: (socket: Socket) => void,
): Promise<{ readonly hostname: string; readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { hostname, port: portOf(server.address()) };
}

/** A port of loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server.address());
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a TCP port');
  return address.port;
}
