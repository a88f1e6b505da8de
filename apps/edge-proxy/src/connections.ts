import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

/** How often HTTP/2 sessions are looked at; HTTP/1.1 connections are looked at with every request. */
const SWEEP_MS = 1_000;

/** What is known of a connection since its handshake. */
export interface Connection {
  readonly openedAt: number;
  /** `TLSv1.3` */
  readonly tls: string;
  readonly address: string;
}

/** The clients' connections: old ones are closed politely, so that clients look up the name again. */
export interface Connections {
  readonly count: number;
  /** The connection that a request came by; undefined once it is gone. */
  of(request: CarriedRequest): Connection | undefined;
  /** Whether a connection has reached the greatest age. */
  isOld(connection: Connection): boolean;
  /** Sets the greatest age, in seconds; while draining it stays 0. */
  limitAge(maxAge: number): void;
  /** From now on every connection is old. */
  drain(): void;
  /** Cuts every connection, whatever it is doing. */
  destroyAll(): void;
}

/** A request of HTTP/1.1, or of HTTP/2, which is one stream of a session. */
export interface CarriedRequest {
  readonly socket: Duplex;
  readonly stream?: { readonly session?: ServerHttp2Session | undefined };
}

/** Follows the connections of `server` until it closes; `maxAge` in seconds. */
export function trackConnections(server: Http2SecureServer, maxAge: number): Connections {
  let maxAgeMs = maxAge * 1_000;
  let draining = false;
  const sockets = new Map<Duplex, Connection>();
  const sessions = new Map<ServerHttp2Session, Connection>();

  // Node's own listeners come first and make a session of the connection, or read the first request.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    sockets.set(socket, connectionOf(socket));
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    if (session.socket instanceof TLSSocket) sessions.set(session, connectionOf(session.socket));
    session.once('close', () => sessions.delete(session));
  });

  const isOld = ({ openedAt }: Connection): boolean => draining || performance.now() - openedAt > maxAgeMs;
  const sweep = setInterval(() => {
    for (const [session, connection] of sessions) {
      // GOAWAY: streams that have begun are finished, and the client opens its next one elsewhere.
      if (isOld(connection) && !session.closed) session.close();
    }
  }, SWEEP_MS);
  server.once('close', () => clearInterval(sweep));
  sweep.unref();

  return {
    get count() {
      return sockets.size;
    },
    of: ({ socket, stream }) => (stream?.session ? sessions.get(stream.session) : sockets.get(socket)),
    isOld,
    limitAge: (seconds) => {
      maxAgeMs = seconds * 1_000;
    },
    drain: () => {
      draining = true;
    },
    destroyAll: () => {
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
}

const connectionOf = (socket: TLSSocket): Connection => ({
  openedAt: performance.now(),
  tls: socket.getProtocol() ?? '',
  address: socket.remoteAddress ?? '',
});
