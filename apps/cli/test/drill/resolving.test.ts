import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import dnsPacket, { type Answer, type DecodedPacket } from 'dns-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { resolveFor } from '../../src/drill/resolving.ts';

const NAME = 'fast.example.com.localhost';

/** Answers every query with these records; silent for the first `deaf` ones. */
async function nameServer(answers: Answer[], deaf = 0) {
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

describe('resolveFor', () => {
  it('asks for the network of the visitor', async () => {
    const { queries, server } = await nameServer([{ type: 'A', name: NAME, ttl: 6, data: '127.77.1.1' }]);
    expect(await resolveFor('198.18.18.0', NAME, server)).toEqual({ address: '127.77.1.1', ttlSeconds: 6 });
    expect(queries[0]?.additionals).toMatchObject([
      { type: 'OPT', options: [{ ip: '198.18.18.0', sourcePrefixLength: 24 }] },
    ]);
  });

  it('keeps a chain of names as long as its shortest link', async () => {
    const { server } = await nameServer([
      { type: 'CNAME', name: NAME, ttl: 3, data: 'other.example.com.localhost' },
      { type: 'A', name: 'other.example.com.localhost', ttl: 60, data: '127.77.1.1' },
    ]);
    expect(await resolveFor('198.18.18.0', NAME, server)).toMatchObject({ ttlSeconds: 3 });
  });

  it('has nothing where there is no address', async () => {
    const { server } = await nameServer([]);
    expect(await resolveFor('198.18.18.0', NAME, server)).toBeUndefined();
  });

  it('asks again where an answer is lost', async () => {
    const { server } = await nameServer([{ type: 'A', name: NAME, ttl: 6, data: '127.77.1.1' }], 1);
    expect(await resolveFor('198.18.18.0', NAME, server)).toMatchObject({ address: '127.77.1.1' });
  });
});
