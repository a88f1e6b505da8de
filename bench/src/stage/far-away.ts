import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Endpoint } from '@isochrone/config-gen';

/** A TCP relay that makes the network behind it long. */
export interface FarAway {
  readonly port: number;
  close(): void;
}

/**
 * Relays to `target` as if it were `roundTripMs` away: bytes take half of it each way, and a new connection's first
 * bytes wait a whole round trip longer, because the handshake of TCP would have taken that.
 */
export async function startFarAway(
  { address, port: wanted }: Endpoint,
  target: Endpoint,
  roundTripMs: number,
): Promise<FarAway> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: target.address, port: target.port, allowHalfOpen: true });
    keep(near);
    keep(far);
    delay(near, far, roundTripMs / 2, performance.now() + 1.5 * roundTripMs);
    delay(far, near, roundTripMs / 2, 0);
  });
  server.listen(wanted, address);
  await once(server, 'listening');
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : wanted,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Passes on what `from` receives after `ms`, never before the time `earliest`, in order. */
function delay(from: Socket, to: Socket, ms: number, earliest: number): void {
  const queue: (() => void)[] = [];
  const later = (act: () => void): void => {
    queue.push(act);
    // Whichever timer fires first, what came first goes first.
    setTimeout(() => queue.shift()?.(), Math.max(ms, earliest - performance.now()));
  };
  from.on('data', (chunk) => later(() => to.destroyed || to.write(chunk)));
  from.once('end', () => later(() => to.end()));
  from.once('close', () => later(() => to.destroy()));
}
