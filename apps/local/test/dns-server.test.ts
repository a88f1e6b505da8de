import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import dnsPacket, { type DecodedPacket } from 'dns-packet';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openAddressBook } from '../src/address-book.ts';
import { replyTo } from '../src/dns-reply.ts';
import { type DnsServer, startDnsServer } from '../src/dns-server.ts';
import { type Zone, zoneOf } from '../src/zone.ts';
import { topologyWith } from './support/topologies.ts';

const zone = zoneOf(topologyWith(), await openAddressBook('127.77', 8443, { singleAddress: false }));

function query(name: string, type: 'A' | 'AAAA' | 'SOA' = 'A'): Buffer {
  return dnsPacket.encode({
    id: 4711,
    type: 'query',
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type }],
  });
}

function answered(message: Buffer, transport: 'udp' | 'tcp' = 'udp', from: Zone = zone): DecodedPacket {
  const reply = replyTo(message, from, transport);
  if (!reply) throw new Error('no reply');
  return dnsPacket.decode(reply);
}

const codeOf = (reply: Buffer | undefined): number | undefined => reply && reply.readUInt8(3) & 0x0f;

describe('replyTo', () => {
  it('repeats the id and the question, and answers with authority', () => {
    const reply = answered(query('fast.example.com.localhost'));
    expect(reply.id).toBe(4711);
    expect(reply.flag_aa).toBe(true);
    expect(reply.questions).toEqual([{ name: 'fast.example.com.localhost', type: 'A', class: 'IN' }]);
    expect(reply.answers?.map((answer) => ('data' in answer ? answer.data : ''))).toEqual([
      '127.77.31.1',
      '127.77.31.2',
    ]);
  });

  it("keeps the client's spelling of its own name", () => {
    const reply = answered(query('FaSt.ExAmPlE.cOm.LoCaLhOsT'));
    expect(reply.answers?.[0]?.name).toBe('FaSt.ExAmPlE.cOm.LoCaLhOsT');
  });

  it.each([
    ['nobody.example.com.localhost', 'NXDOMAIN'],
    ['proxy-us-east-1-fast.example.com.localhost', 'NOERROR'],
  ] as const)('names the start of authority with %s (%s)', (name, code) => {
    const reply = answered(query(name, 'AAAA'));
    expect(Reflect.get(reply, 'rcode')).toBe(code);
    expect(reply.answers).toEqual([]);
    expect(reply.authorities?.map(({ type, name: owner }) => [type, owner])).toEqual([
      ['SOA', 'example.com.localhost'],
    ]);
  });

  it('refuses names outside the zone', () => {
    expect(codeOf(replyTo(query('example.org'), zone, 'udp'))).toBe(5);
  });

  it('answers with a format error what has a header but makes no sense', () => {
    const message = query('fast.example.com.localhost').subarray(0, 20);
    expect(codeOf(replyTo(message, zone, 'udp'))).toBe(1);
  });

  it('does not implement opcodes other than QUERY', () => {
    const message = query('fast.example.com.localhost');
    message.writeUInt8(4 << 3, 2);
    expect(codeOf(replyTo(message, zone, 'udp'))).toBe(4);
  });

  it('keeps silent towards responses and fragments of a header', () => {
    const response = query('fast.example.com.localhost');
    response.writeUInt8(0x80, 2);
    expect(replyTo(response, zone, 'udp')).toBeUndefined();
    expect(replyTo(Buffer.alloc(11), zone, 'udp')).toBeUndefined();
  });

  it('truncates over UDP what does not fit, and answers it whole over TCP', () => {
    const crowded: Zone = {
      origin: 'example.com.localhost',
      lookup: (name) => ({
        kind: 'answer',
        answers: Array.from({ length: 60 }, (_, index) => ({
          type: 'A',
          name,
          ttl: 60,
          data: `127.77.1.${index}`,
        })),
      }),
    };
    const message = query('fast.example.com.localhost');
    expect(answered(message, 'udp', crowded)).toMatchObject({ flag_tc: true, answers: [] });
    expect(answered(message, 'tcp', crowded).answers).toHaveLength(60);
  });

  it('never throws, whatever arrives', () => {
    const mutated = fc
      .array(fc.tuple(fc.nat({ max: 43 }), fc.nat({ max: 255 })), { maxLength: 6 })
      .map((changes) => {
        const message = Buffer.from(query('fast.example.com.localhost'));
        for (const [index, byte] of changes) message[index % message.length] = byte;
        return message;
      });
    const anything = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(mutated, anything), (message) => {
        replyTo(message, zone, 'udp');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('startDnsServer', () => {
  let server: DnsServer;
  beforeAll(async () => {
    server = await startDnsServer({ address: '127.0.0.1', port: 0 }, () => zone);
  });
  afterAll(() => server.close());

  it.each([
    ['UDP', []],
    ['TCP', ['+tcp']],
  ])('answers dig over %s', async (_transport, flags) => {
    const { stdout } = await promisify(execFile)('dig', [
      ...['@127.0.0.1', '-p', String(server.endpoint.port), '+short', '+tries=1'],
      ...flags,
      'fast.example.com.localhost',
    ]);
    expect(stdout).toBe('127.77.31.1\n127.77.31.2\n');
  });

  it('answers several queries on one connection, wherever the stream is cut', async () => {
    const message = query('us-east-1-fast.example.com.localhost');
    const framed = Buffer.concat([Buffer.from([0, message.length]), message]);
    const both = Buffer.concat([framed, framed]);
    const socket = connect(server.endpoint.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    socket.setNoDelay();
    for (const byte of both) socket.write(Buffer.from([byte]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 2 * (2 + received.readUInt16BE(0))) break;
    }
    const length = received.readUInt16BE(0);
    expect(dnsPacket.decode(received.subarray(2, 2 + length)).answers).toHaveLength(1);
    expect(received).toHaveLength(2 * (2 + length));
  });

  it('still answers after a datagram of garbage', async () => {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.send(Buffer.from('garbage'), server.endpoint.port, '127.0.0.1');
    socket.send(query('us-east-1-fast.example.com.localhost'), server.endpoint.port, '127.0.0.1');
    const [reply] = await once(socket, 'message');
    expect(dnsPacket.decode(reply).answers).toHaveLength(1);
  });
});
