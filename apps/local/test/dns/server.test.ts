import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import dnsPacket from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DnsServer, startDnsServer } from '../../src/dns/server.ts';
import { queryFor } from '../support/dns-messages.ts';
import { topologyWith } from '../support/topologies.ts';
import { decidingFor } from '../support/zones.ts';

const NAME = 'fast.example.com.localhost';

describe('startDnsServer', () => {
  let server: DnsServer;
  beforeAll(async () => {
    server = await startDnsServer({ address: '127.0.0.1', port: 0 }, decidingFor(topologyWith()).authority);
  });
  afterAll(() => server.close());

  async function dig(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('dig', [
      ...['@127.0.0.1', '-p', String(server.endpoint.port), '+tries=1'],
      ...args,
    ]);
    return stdout;
  }

  it.each([
    [['+short', NAME], '127.77.31.1\n'],
    [['+short', '+tcp', NAME], '127.77.31.1\n'],
    [['+short', '+norec', NAME], '127.77.31.1\n'],
    [['+short', '+noedns', NAME.toUpperCase()], '127.77.31.1\n'],
    [['+short', '+subnet=198.18.19.0/24', NAME], '127.77.23.1\n'],
    [['+short', 'AAAA', NAME], ''],
  ])('answers dig %j', async (args, output) => {
    expect(await dig(...args)).toBe(output);
  });

  it.each([
    [['nobody.example.com.localhost'], /status: NXDOMAIN/],
    [['example.org'], /status: REFUSED/],
    [['ANY', '+notcp', NAME], /status: REFUSED/],
    [['+opcode=STATUS', NAME], /status: NOTIMP/],
    [['+subnet=198.18.19.0/24', NAME], /CLIENT-SUBNET: 198\.18\.19\.0\/24\/24/],
    [['AAAA', NAME], /status: NOERROR[\s\S]*AUTHORITY: 1[\s\S]*SOA/],
  ])('says to dig %j what dig shows as %s', async (args, shown) => {
    const output = await dig(...args);
    expect(output).toMatch(shown);
    expect(output).not.toMatch(/malformed|extra bytes|mismatch/i);
  });

  it('answers several queries on one connection, wherever the stream is cut', async () => {
    const message = queryFor(`us-east-1-${NAME}`);
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
    socket.send(queryFor(`us-east-1-${NAME}`), server.endpoint.port, '127.0.0.1');
    const [reply] = await once(socket, 'message');
    expect(dnsPacket.decode(reply).answers).toHaveLength(1);
  });
});
