import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { PemPair } from '@isochrone/dev-ca';

/** One request as the upstream saw it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly sni: string | false | null;
  readonly headers: IncomingHttpHeaders;
}

export interface Upstream {
  readonly port: number;
  /** Requests other than health checks. */
  readonly seen: readonly Seen[];
  /** How many TLS connections those came on. */
  connections(): number;
  /** Health checks. */
  readonly checks: readonly Seen[];
  respond(behaviour: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): void;
}

/** A TLS origin on loopback that writes down what it sees and answers 200 with its own name. */
export async function startUpstream(name: string, { certificate, key }: PemPair): Promise<Upstream> {
  const seen: Seen[] = [];
  const checks: Seen[] = [];
  const sockets = new Set<unknown>();
  let behaviour = (_request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('keep-alive', 'timeout=5').end(name);
  };
  const server: Server = createServer(
    { cert: certificate, key, keepAliveTimeout: 60_000 },
    (request, response) => {
      const { method = '', url = '', headers, socket } = request;
      const sni = socket instanceof TLSSocket ? (socket.servername ?? null) : null;
      const isCheck = url === '/healthz';
      (isCheck ? checks : seen).push({ method, target: url, sni, headers });
      if (!isCheck) sockets.add(socket);
      if (isCheck) response.end('ok');
      else request.resume().on('end', () => behaviour(request, response));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    checks,
    connections: () => sockets.size,
    respond: (next) => {
      behaviour = next;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
