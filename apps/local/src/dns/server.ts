import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Endpoint } from '../address-plan.ts';
import { cannotListen, listen } from '../listening.ts';
import { type Authority, replyTo } from './reply.ts';

/** Authoritative for one zone, over UDP and TCP on one port. */
export interface DnsServer {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

const TCP_IDLE_MS = 10_000;
const LENGTH_BYTES = 2;
/** A random TCP port may be taken for UDP. */
const PORT_ATTEMPTS = 8;

/**
 * @param authority asked anew for every query, so that a changed topology is answered at once; queries before there is one get no
 *   answer
 * @throws LocalError LOCAL_ADDRESS_IN_USE
 */
export async function startDnsServer(
  bind: Endpoint,
  authority: () => Authority | undefined,
): Promise<DnsServer> {
  const connections = new Set<Socket>();
  for (let attempt = 1; ; attempt += 1) {
    const tcp = createServer((socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
      serveStream(socket, authority);
    });
    const endpoint = await listen(tcp, bind, 'the DNS server', '--dns-port');
    const udp = createSocket('udp4');
    try {
      udp.bind(endpoint.port, endpoint.address);
      await once(udp, 'listening');
    } catch (error) {
      udp.close();
      tcp.close();
      if (bind.port === 0 && attempt < PORT_ATTEMPTS) continue;
      throw cannotListen(error, endpoint, 'the DNS server', '--dns-port');
    }
    udp.on('message', (message, from) => {
      const current = authority();
      const reply = current && replyTo(message, current, { transport: 'udp', address: from.address });
      // A client that is gone by now shows as an error of this socket; there is nobody left to tell.
      if (reply) udp.send(reply, from.port, from.address, () => {});
    });
    udp.on('error', () => {});
    return {
      endpoint,
      close: async () => {
        const closed = Promise.all([once(udp, 'close'), once(tcp, 'close')]);
        udp.close();
        tcp.close();
        for (const connection of connections) connection.destroy();
        await closed;
      },
    };
  }
}

/** Messages with their length in front (RFC 1035, section 4.2.2), as many as the client sends. */
function serveStream(socket: Socket, authority: () => Authority | undefined): void {
  let pending = Buffer.alloc(0);
  const { remoteAddress: address = '' } = socket;
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= LENGTH_BYTES && pending.length >= LENGTH_BYTES + pending.readUInt16BE(0)) {
      const end = LENGTH_BYTES + pending.readUInt16BE(0);
      const current = authority();
      const reply =
        current && replyTo(pending.subarray(LENGTH_BYTES, end), current, { transport: 'tcp', address });
      pending = pending.subarray(end);
      if (!reply) return void socket.destroy();
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    }
  });
}
