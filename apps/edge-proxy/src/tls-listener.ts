import type { Server } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { FastifyServerFactory } from 'fastify';
import type { Materials } from './materials.ts';

/** Milliseconds for a whole request with its body; silence is cut sooner. */
const REQUEST_MS = 60_000;

/** HTTP/2 streams at a time on one connection, as many as haproxy allows. */
const MAX_STREAMS = 100;

/** Creates the server for visitors: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1, any SNI. */
export function createTlsServer(
  { limits, timeouts }: EdgeProxyConfig,
  materials: Materials,
): Http2SecureServer {
  const http1Options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: timeouts.request * 1_000,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: timeouts.keepAlive * 1_000,
  };
  const server = createSecureServer({
    allowHTTP1: true,
    http1Options,
    cert: materials.certificate,
    key: materials.certificate,
    minVersion: 'TLSv1.2',
    settings: { maxConcurrentStreams: MAX_STREAMS },
    handshakeTimeout: timeouts.request * 1_000,
    // Without it an HTTP/1.1 client's first response waits for its delayed ACK, some 40 ms.
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  server.on('session', (session: ServerHttp2Session) => {
    session.setTimeout(timeouts.keepAlive * 1_000, () => session.close());
  });
  server.setTimeout(timeouts.client * 1_000);
  // A listener here is asked instead of Node, which would destroy HTTP/2 sessions that are merely idle.
  server.on('timeout', (silent: TLSSocket | ServerHttp2Session) => {
    if (!isSession(silent)) silent.destroy();
  });
  return server;
}

const isSession = (silent: TLSSocket | ServerHttp2Session): silent is ServerHttp2Session =>
  'originSet' in silent;

/**
 * Hands `server` to Fastify, whose types know one protocol for each server. Node's compatibility API gives
 * HTTP/2 requests and responses the members of HTTP/1.1 ones that Fastify uses; it is how Fastify itself serves both.
 */
export const handTo =
  (server: Http2SecureServer): FastifyServerFactory =>
  (handler) => {
    server.on('request', handler);
    return server as unknown as Server;
  };
