import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import dnsPacket, { type Answer, type DecodedPacket } from 'dns-packet';
import { onTestFinished } from 'vitest';

/** Answers every query with these records; silent for the first `deaf` ones. */
export async function nameServer(answers: Answer[], deaf = 0) {
  const queries: DecodedPacket[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const query = dnsPacket.decode(message);
    queries.push(query);
    if (queries.length <= deaf) return;
    const reply = dnsPacket.encode({
      id: query.id ?? 0,
      type: 'response',
      questions: query.questions ?? [],
      answers,
    });
    socket.send(reply, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { queries, server: { address: '127.0.0.1', port: socket.address().port } };
}
