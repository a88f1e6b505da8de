import dnsPacket, { type DecodedPacket } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { replyTo } from '../../src/dns/reply.ts';
import { queryFor } from '../support/dns-messages.ts';
import { topologyWith } from '../support/topologies.ts';
import { decidingFor } from '../support/zones.ts';

const PACKETS = 200_000;
const NAME = 'fast.example.com.localhost';
const authority = decidingFor(topologyWith({ dns: { chain: 'cname' } })).authority();

const seeds = [
  queryFor(NAME),
  queryFor(NAME, { type: 'AAAA', payload: 512 }),
  queryFor(NAME, { subnet: { ip: '198.18.19.0', prefixLength: 24 } }),
  queryFor(`us-east-1-${NAME}`, { subnet: { ip: '2001:db8:19::', prefixLength: 48 } }),
  queryFor('nobody.example.com.localhost', { type: 'CNAME' }),
  queryFor('example.com.localhost', { type: 'SOA' }),
];

/** The same packets in every run (Marsaglia's xorshift), so that a failure can be seen again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(next: (below: number) => number): Buffer {
  let message = Buffer.from(seeds[next(seeds.length)] ?? []);
  for (let changes = 1 + next(4); changes > 0; changes -= 1) {
    const at = next(message.length);
    switch (next(6)) {
      case 0:
        message[at] = next(256);
        break;
      case 1:
        message[at] = (message[at] ?? 0) ^ (1 << next(8));
        break;
      case 2:
        message = message.subarray(0, Math.max(1, at));
        break;
      case 3:
        message = Buffer.concat([message, message.subarray(at)]);
        break;
      case 4:
        message = Buffer.concat([message.subarray(0, at), message.subarray(at + 1 + next(4))]);
        break;
      default:
        message = Buffer.concat([message.subarray(0, at), Buffer.from([next(256)]), message.subarray(at)]);
    }
    if (message.length === 0) return Buffer.from([0]);
  }
  return message;
}

/** The same question, as an independent reader understands it; undefined where that one gives up. */
function reread(message: Buffer): Buffer | undefined {
  let packet: DecodedPacket;
  try {
    packet = dnsPacket.decode(message);
  } catch {
    return undefined;
  }
  const [question] = packet.questions ?? [];
  if (!question) return undefined;
  const options =
    packet.additionals?.flatMap((record) => (record.type === 'OPT' ? record.options : [])) ?? [];
  const subnets = options.flatMap((option) =>
    'sourcePrefixLength' in option && option.ip !== undefined
      ? [{ ip: option.ip, prefixLength: option.sourcePrefixLength ?? 0 }]
      : [],
  );
  const [subnet] = subnets;
  return queryFor(question.name, { type: question.type, ...(subnet ? { subnet } : {}) });
}

const answersOf = (packet: Buffer): readonly unknown[] => dnsPacket.decode(packet).answers ?? [];

describe('the DNS server', () => {
  it(`survives ${PACKETS} mutated packets, and answers none of them wrongly`, () => {
    const next = numbers(20_261_121);
    const wrong: string[] = [];
    let compared = 0;
    for (let count = 0; count < PACKETS; count += 1) {
      const message = mutated(next);
      const transport = count % 2 === 0 ? 'udp' : 'tcp';
      const reply = replyTo(message, authority, { transport, address: '127.0.0.1' });
      if (reply === undefined) continue;
      const isAddressed = reply.readUInt16BE(0) === message.readUInt16BE(0) && (reply[2] ?? 0) >= 0x80;
      const fits = transport === 'tcp' || reply.length <= 4096;
      if (!isAddressed || !fits) wrong.push(message.toString('hex'));
      if (reply.length === 12 || reply.readUInt16BE(6) === 0) continue;
      const plain = reread(message);
      if (plain === undefined) continue;
      compared += 1;
      const deserved = replyTo(plain, authority, { transport: 'tcp', address: '127.0.0.1' });
      if (!deserved || JSON.stringify(answersOf(deserved)) !== JSON.stringify(answersOf(reply)))
        wrong.push(message.toString('hex'));
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(PACKETS / 100);
  }, 120_000);
});
