import { randomBytes } from 'node:crypto';
import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { FastifyServerFactory } from 'fastify';
import { errorCode } from './errors.ts';
import type { Materials } from './materials.ts';
import type { Metrics } from './metrics.ts';

/** Milliseconds for a whole request with its body; silence is cut sooner. */
const REQUEST_MS = 60_000;

/** HTTP/2 streams at a time on one connection, as many as haproxy allows. */
const MAX_STREAMS = 100;

/** Of the pairs in one HTTP/2 request's header list; Node's own limit for HTTP/1.1 is in bytes alone. */
const MAX_HEADER_PAIRS = 128;

/**
 * Streams that an HTTP/2 client may reset at once, and then each second: as many as a browser leaves when its user
 * does, and too few for a flood (CVE-2023-44487).
 */
const STREAM_RESETS = { streamResetBurst: 2 * MAX_STREAMS, streamResetRate: 20 };

/** Frames that break the protocol, refused streams, unanswered pings: beyond a handful it is an attack. */
const SESSION_LIMITS = {
  maxSessionInvalidFrames: 32,
  maxSessionRejectedStreams: 32,
  maxOutstandingPings: 10,
  maxSettings: 32,
};

/** What a worker has in common with the others behind the same socket. */
export interface Share {
  readonly workers: number;
  /** 48 random bytes: without them a client could resume its session only with the worker that began it. */
  readonly ticketKeys: Buffer;
}

/** The share of a proxy that has no other workers. */
export const alone = (): Share => ({ workers: 1, ticketKeys: randomBytes(48) });

const secureContextOf = ({ certificate }: Materials, { ticketKeys }: Share) => ({
  cert: certificate,
  key: certificate,
  minVersion: 'TLSv1.2' as const,
  ticketKeys,
});

/** Creates the server for visitors: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1, any SNI. */
export function createTlsServer(
  config: EdgeProxyConfig,
  materials: Materials,
  share: Share,
): Http2SecureServer {
  const { timeouts } = config;
  const http1Options = {
    keepAliveTimeout: timeouts.keepAlive * 1_000,
    connectionsCheckingInterval: 1_000,
    // Whoever names no host is told so by this proxy, as by haproxy: Node's own answer says nothing of who gave it.
    requireHostHeader: false,
  };
  const server = createSecureServer({
    allowHTTP1: true,
    http1Options,
    ...secureContextOf(materials, share),
    settings: { maxConcurrentStreams: MAX_STREAMS },
    maxHeaderListPairs: MAX_HEADER_PAIRS,
    ...STREAM_RESETS,
    ...SESSION_LIMITS,
    handshakeTimeout: timeouts.request * 1_000,
    // Without it an HTTP/1.1 client's first response waits for its delayed ACK, some 40 ms.
    noDelay: true,
  });
  limitServer(server, config, share);
  server.on('session', (session: ServerHttp2Session) => {
    session.setTimeout(timeouts.keepAlive * 1_000, () => session.close());
  });
  // Node says that a handshake takes too long, but leaves the connection open.
  server.on('tlsClientError', (_error: unknown, socket: TLSSocket) => socket.destroy());
  // A listener here is asked instead of Node, which would destroy HTTP/2 sessions that are merely idle.
  server.on('timeout', (silent: TLSSocket | ServerHttp2Session) => {
    if (!isSession(silent)) silent.destroy();
  });
  return server;
}

/** Counts handshakes and their failures. */
export function countHandshakes(server: Http2SecureServer, metrics: Metrics): void {
  server.prependListener('secureConnection', (socket: TLSSocket) =>
    metrics.handshake(socket.getProtocol() ?? '', socket.isSessionReused()),
  );
  server.on('tlsClientError', (error: unknown) => {
    const code = errorCode(error) ?? '';
    if (code === 'ECONNRESET') metrics.handshakeFailed('reset');
    else metrics.handshakeFailed(code === 'ERR_TLS_HANDSHAKE_TIMEOUT' ? 'timeout' : 'protocol');
  });
}

/** Puts a server under a configuration's limits; connections that are open keep some of theirs. */
function limitServer(server: Http2SecureServer, { limits, timeouts }: EdgeProxyConfig, share: Share): void {
  // Node's types know these of its HTTP/1.1 server alone; with allowHTTP1 this one reads them, too.
  Object.assign(server, {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: timeouts.request * 1_000,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: timeouts.keepAlive * 1_000,
  });
  server.maxConnections = Math.ceil(limits.connections / share.workers);
  server.setTimeout(timeouts.client * 1_000);
}

/** Takes over a configuration's limits and a new certificate, for every handshake from now on. */
export function reloadServer(
  server: Http2SecureServer,
  config: EdgeProxyConfig,
  materials: Materials,
  share: Share,
): void {
  limitServer(server, config, share);
  server.setSecureContext(secureContextOf(materials, share));
}

const isSession = (silent: TLSSocket | ServerHttp2Session): silent is ServerHttp2Session =>
  'originSet' in silent;

/**
 * Hands `server` to Fastify, whose types know one protocol for each server. Node's compatibility API gives
 * HTTP/2 requests and responses the members of HTTP/1.1 ones that Fastify uses; it is how Fastify itself serves both.
 * `receive` sees each request first, and tells whether Fastify is to have it: an HTTP/2 client may use any word for a
 * method, and Fastify's router answers those outside of all hooks.
 */
export const handTo =
  (
    server: Http2SecureServer,
    receive: (request: IncomingMessage, response: ServerResponse) => boolean,
  ): FastifyServerFactory =>
  (handler) => {
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      if (receive(request, response)) handler(request, response);
    };
    server.on('request', handle);
    // Whatever else a client expects, it is no reason to refuse it (RFC 9110, section 10.1.1).
    server.on('checkExpectation', handle);
    server.on('connect', (request: IncomingMessage, other: Socket | Http2ServerResponse) => {
      receive(request, other instanceof Http2ServerResponse ? asHttp1(other) : responseOn(other, request));
    });
    return server as unknown as Server;
  };

/** Fastify's own view of an HTTP/2 response, see `handTo`. */
const asHttp1 = (response: Http2ServerResponse): ServerResponse => response as unknown as ServerResponse;

/** A response for a request that Node left alone with its socket; the connection ends with it. */
function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  return response;
}
