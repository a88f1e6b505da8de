import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as tcpConnect } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { PemPair } from '@isochrone/dev-ca';
import type { ProxyCase } from '../case.ts';
import { ask } from '../wire/ask.ts';
import type { Certificates } from '../world/certificates.ts';
import type { World } from '../world/world.ts';
import { h1, NEXT, OWN, PUBLIC_HOST } from './requests.ts';

/** A handshake that is to succeed. */
async function handshake({ at, certificates }: World, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = tlsConnect({
    host: at.address,
    port: at.port,
    ca: certificates.authority,
    servername: PUBLIC_HOST,
    ...options,
  });
  await once(socket, 'secureConnect');
  return socket;
}

const handshakeCase = (
  name: string,
  options: ConnectionOptions,
  check: (socket: TLSSocket) => void,
): ProxyCase => ({
  name,
  world: 'plain',
  scenario: async (world) => {
    const socket = await handshake(world, options);
    check(socket);
    socket.destroy();
  },
});

const refusedHandshake = (name: string, options: ConnectionOptions): ProxyCase => ({
  name,
  world: 'plain',
  scenario: async (world) => {
    await assert.rejects(handshake(world, options), /alert|EPROTO|ECONNRESET|no protocols|unsupported/i);
  },
});

/** Security level 0, or our own OpenSSL would not even offer what the edge is to refuse. */
const OLD: ConnectionOptions = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1' };

type Fault = 'untrusted' | 'expired' | 'wrongName';
const FAULTS: Readonly<Record<Fault, string>> = {
  untrusted: 'from an authority that nobody trusts',
  expired: 'that has expired',
  wrongName: 'for another name',
};

const ownCertificate =
  (fault: Fault) =>
  (certificates: Certificates): Readonly<Record<string, PemPair>> => ({ [OWN]: certificates[fault] });

const upstreamCertificates: readonly ProxyCase[] = (Object.keys(FAULTS) as Fault[]).flatMap(
  (fault): ProxyCase[] => [
    {
      name: `an upstream with a certificate ${FAULTS[fault]} is refused`,
      world: { regions: [OWN], certificates: ownCertificate(fault), settled: false },
      scenario: async (world, id) => {
        await untilListening(world);
        const { status, headers } = await ask(world, { method: 'POST', path: `/${id}` });
        assert.ok(
          (status === 502 && headers['x-edge-reason'] === 'upstream-unreachable') ||
            // Its health check has found out already.
            (status === 503 && headers['x-edge-reason'] === 'no-healthy-upstream'),
          `the client got ${status} ${headers['x-edge-reason']}`,
        );
        assert.deepEqual(world.upstreams[0].requests, [], 'requests at the upstream');
      },
    },
    {
      name: `a GET whose upstream has a certificate ${FAULTS[fault]} is answered by the next region`,
      world: {
        prepare: ([own], _names, certificates) => own?.present(certificates[fault]),
      },
      scenario: async (world, id) => {
        const { status, body } = await ask(world, { path: `/${id}` });
        assert.deepEqual([status, body.toString()], [200, NEXT]);
        assert.deepEqual(world.upstreams[0].requests, [], 'requests at the upstream');
      },
    },
  ],
);

async function untilListening({ at, edge, log }: World): Promise<void> {
  let ended = false;
  void edge.exited.then(() => {
    ended = true;
  });
  while (!ended) {
    const socket = tcpConnect(at.port, at.address);
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the edge has ended: ${log.join('\n')}`);
}

/** Both sides' TLS. */
export const tls: readonly ProxyCase[] = [
  handshakeCase('TLS 1.2 is served', { maxVersion: 'TLSv1.2' }, (socket) =>
    assert.equal(socket.getProtocol(), 'TLSv1.2'),
  ),
  handshakeCase('TLS 1.3 is served', { minVersion: 'TLSv1.3' }, (socket) =>
    assert.equal(socket.getProtocol(), 'TLSv1.3'),
  ),
  refusedHandshake('TLS 1.1 is refused', { ...OLD, maxVersion: 'TLSv1.1' }),
  refusedHandshake('TLS 1.0 is refused', { ...OLD, maxVersion: 'TLSv1' }),
  refusedHandshake('TLS 1.2 without forward secrecy is refused', {
    maxVersion: 'TLSv1.2',
    ciphers: 'AES128-GCM-SHA256:AES128-SHA256:AES128-SHA:@SECLEVEL=0',
  }),
  handshakeCase('HTTP/2 is chosen of HTTP/2 and HTTP/1.1', { ALPNProtocols: ['http/1.1', 'h2'] }, (socket) =>
    assert.equal(socket.alpnProtocol, 'h2'),
  ),
  handshakeCase(
    'HTTP/1.1 is chosen where nothing else is offered',
    { ALPNProtocols: ['http/1.1'] },
    (socket) => assert.equal(socket.alpnProtocol, 'http/1.1'),
  ),
  {
    name: 'a client without ALPN speaks HTTP/1.1',
    request: { send: h1(), tls: { ALPNProtocols: [] } },
    expectClient: { status: 200 },
  },
  {
    name: 'a client without SNI is served',
    request: { send: h1(), tls: { servername: '' } },
    expectClient: { status: 200 },
  },
  handshakeCase(
    'a foreign SNI gets the certificate of ours',
    {
      servername: 'elsewhere.test',
      checkServerIdentity: () => undefined,
    },
    (socket) => assert.match(String(socket.getPeerCertificate().subjectaltname), /DNS:\*\.example\.com/),
  ),
  {
    name: 'what is not TLS is hung up on, and others are served on',
    world: 'plain',
    scenario: async (world, id) => {
      const socket = tcpConnect(world.at.port, world.at.address);
      socket.on('error', () => {});
      socket.resume().write(`GET / HTTP/1.1\r\nHost: ${PUBLIC_HOST}\r\n\r\n`);
      await new Promise((resolve) => socket.once('close', resolve));
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
    },
  },
  {
    name: 'HTTP/1.1 is offered to the upstream',
    request: { send: h1() },
    expectUpstream: { also: ({ connection }) => assert.deepEqual(connection.offered, ['http/1.1']) },
    expectClient: { status: 200 },
  },
  {
    name: 'connections to the upstream are used again',
    world: {},
    scenario: async (world, id) => {
      for (let count = 0; count < 20; count += 1) await ask(world, { path: `/${id}` });
      const ports = new Set(world.upstreams[0].requests.map(({ connection }) => connection.remotePort));
      assert.ok(ports.size <= 2, `20 requests came over ${ports.size} connections`);
    },
  },
  ...upstreamCertificates,
];
