import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import dnsPacket from 'dns-packet';

export interface Resolved {
  readonly address: string;
  readonly ttlSeconds: number;
}

const TIMEOUT_MS = 2_000;
const TRIES = 3;
let lastId = 0;

/** Asks a name server for an address, as the resolver of a network does. Undefined when there is none. */
export async function resolveFor(
  subnet: string,
  name: string,
  server: { readonly address: string; readonly port: number },
): Promise<Resolved | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const answer = await askOnce(subnet, name, server);
    if (answer !== 'silence') return answer;
  }
  return undefined;
}

async function askOnce(
  subnet: string,
  name: string,
  server: { readonly address: string; readonly port: number },
): Promise<Resolved | undefined | 'silence'> {
  lastId = (lastId + 1) % 65_536;
  const id = lastId;
  const query = dnsPacket.encode({
    id,
    type: 'query',
    questions: [{ name, type: 'A' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [{ code: 8, ip: subnet, sourcePrefixLength: 24 }],
      },
    ],
  });
  const socket = createSocket('udp4');
  try {
    const answered = new Promise<Resolved | undefined>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (message) => {
        const reply = dnsPacket.decode(message);
        if (reply.id === id) resolve(firstAddress(reply));
      });
    });
    socket.send(query, server.port, server.address);
    return await Promise.race([answered, sleep(TIMEOUT_MS, 'silence' as const, { ref: false })]);
  } finally {
    socket.close();
  }
}

function firstAddress({ answers = [] }: dnsPacket.DecodedPacket): Resolved | undefined {
  const chain = answers.flatMap((answer) => ('ttl' in answer ? (answer.ttl ?? []) : []));
  for (const answer of answers) {
    if (answer.type === 'A') return { address: answer.data, ttlSeconds: Math.min(...chain) };
  }
  return undefined;
}
