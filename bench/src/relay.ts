import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP relay that is as far away as its round trip says. */
export interface Relay {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Passes bytes on to a port of loopback, half a round trip late in either direction. The first bytes of a client wait
 * for one more round trip: that of TCP's own handshake, which the kernel does at once here.
 */
export async function startRelay(target: number, roundTripMs: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const openAt = performance.now() + roundTripMs;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
    }
    pass(client, upstream, roundTripMs / 2, openAt);
    pass(upstream, client, roundTripMs / 2, 0);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function pass(from: Socket, to: Socket, delayMs: number, openAt: number): void {
  // Timers of one moment may fire in any order: whichever does performs what is next.
  const queue: (() => void)[] = [];
  const later = (act: () => void): void => {
    queue.push(act);
    setTimeout(() => queue.shift()?.(), Math.max(openAt - performance.now(), 0) + delayMs);
  };
  from.on('data', (chunk) => later(() => to.destroyed || to.write(chunk)));
  from.once('end', () => later(() => to.end()));
  from.once('close', () => later(() => to.destroy()));
}
