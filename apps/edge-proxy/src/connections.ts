import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** How often HTTP/2 sessions are looked at; HTTP/1.1 connections are looked at with every request. */
const SWEEP_MS = 1_000;

/** The clients' connections: old ones are closed politely, so that clients look up the name again. */
export interface Connections {
  /** Whether an HTTP/1.1 connection has reached the greatest age, so that its next response should be its last. */
  isOld(socket: Duplex): boolean;
  /** Lowers the greatest age, in seconds. */
  ageSooner(maxAge: number): void;
  /** Cuts every connection, whatever it is doing. */
  destroyAll(): void;
}

/** Follows the connections of `server` until it closes; `maxAge` in seconds. */
export function trackConnections(server: Http2SecureServer, maxAge: number): Connections {
  let maxAgeMs = maxAge * 1_000;
  const openedAt = new Map<Duplex, number>();
  const sessions = new Map<ServerHttp2Session, number>();

  server.on('secureConnection', (socket: TLSSocket) => {
    openedAt.set(socket, performance.now());
    socket.once('close', () => openedAt.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    sessions.set(session, performance.now());
    session.once('close', () => sessions.delete(session));
  });

  const sweep = setInterval(() => {
    const oldest = performance.now() - maxAgeMs;
    for (const [session, opened] of sessions) {
      // GOAWAY: streams that have begun are finished, and the client opens its next one elsewhere.
      if (opened < oldest && !session.closed) session.close();
    }
  }, SWEEP_MS);
  server.once('close', () => clearInterval(sweep));
  sweep.unref();

  return {
    isOld: (socket) => performance.now() - (openedAt.get(socket) ?? Number.POSITIVE_INFINITY) > maxAgeMs,
    ageSooner: (seconds) => {
      maxAgeMs = Math.min(maxAgeMs, seconds * 1_000);
    },
    destroyAll: () => {
      for (const socket of openedAt.keys()) socket.destroy();
    },
  };
}
