import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';
import type { Endpoint } from '../../src/index.ts';

export interface NameServer extends Endpoint {
  close(): void;
}

/** A name server on loopback that answers 127.0.0.1 to every question for an A record, and nothing to others. */
export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (message, { address, port }) => {
    const { id, questions = [] } = decode(message);
    const answers = questions
      .filter(({ type }) => type === 'A')
      .map(({ name }) => ({ name, type: 'A' as const, ttl: 5, data: '127.0.0.1' }));
    socket.send(encode({ type: 'response', id: id ?? 0, questions, answers }), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: '127.0.0.1', port: socket.address().port, close: () => socket.close() };
}
