import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { type Socket, connect as tcpConnect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_RATE_WINDOW, edgeLimits } from '@isochrone/config-gen';
import type { ProxyCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { filled, requestsOf } from '../exchange.ts';
import { response } from '../upstream/script.ts';
import { ask } from '../wire/ask.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { nextBytes, openConnection, type Piece } from '../wire/raw-client.ts';
import type { World } from '../world/world.ts';
import { chunked, h1, h2, lengthOf } from './requests.ts';

/** A path of exactly so many bytes. */
const pathOf = (bytes: number): string => `$PATH/${'p'.repeat(bytes - lengthOf('$PATH/'))}`;

const OVER = edgeLimits.bodyBytes + 1;

/** Seconds until the edge hangs up on a client that sends `pieces` and then nothing. */
async function secondsUntilHangUp(socket: Socket, pieces: readonly Piece[] = []): Promise<number> {
  const began = performance.now();
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.resume();
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (typeof piece === 'object' && 'pauseMs' in piece) await sleep(piece.pauseMs);
    else if (typeof piece === 'string') socket.write(piece, 'latin1');
  }
  await closed;
  return (performance.now() - began) / 1_000;
}

const slow = (
  name: string,
  maxSeconds: number,
  pieces: (id: string) => readonly Piece[],
  open: (world: World) => Promise<Socket> = (world) => openConnection(world),
): ProxyCase => ({
  name,
  pace: 'waits',
  world: 'plain',
  scenario: async (world, id) => {
    const socket = await open(world);
    const seconds = await secondsUntilHangUp(socket, pieces(id));
    assert.ok(seconds < maxSeconds, `the edge hung up after ${seconds.toFixed(1)} s`);
    assert.equal((await ask(world, { path: `/probe-${id}` })).status, 200);
  },
});

/** Clients that take their time. */
const slowness: readonly ProxyCase[] = [
  slow('a head that never ends is hung up on', 12, (id) => [filled('GET $PATH HTTP/1.1\r\nHost: fast.', id)]),
  slow('a head that comes byte by byte is hung up on', 12, (id) => [
    ...[...filled(h1(Array.from({ length: 20 }, (_, index) => `X-${index}: 1`)), id)].flatMap((byte) => [
      byte,
      { pauseMs: 150 },
    ]),
  ]),
  slow('a client that never speaks is hung up on', 70, () => []),
  slow(
    'a client that never shakes hands is hung up on',
    20,
    () => [],
    async ({ at }) => {
      const socket = tcpConnect(at.port, at.address);
      socket.on('error', () => {});
      await once(socket, 'connect');
      return socket;
    },
  ),
  slow('a body that stops coming is hung up on', 35, (id) => [
    filled(h1(['Content-Length: 10'], { line: 'POST $PATH HTTP/1.1', body: 'half' }), id),
  ]),
  {
    name: 'a client that stops reading is hung up on, and the upstream is freed',
    pace: 'waits',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, {
        steps: async function* () {
          yield `HTTP/1.1 200 OK\r\nContent-Length: ${1 << 30}\r\n\r\n`;
          for (const piece = Buffer.alloc(65_536); ; ) yield piece;
        },
      });
      const socket = await openConnection(world);
      socket.write(filled(h1(), id));
      await once(socket, 'data');
      socket.pause();
      await requestsOf(world, id)[0]?.connection.closed;
      socket.destroy();
    },
  },
  {
    name: 'an idle connection of HTTP/1.1 is there after 20 s',
    pace: 'waits',
    world: 'plain',
    scenario: async (world, id) => {
      const socket = await openConnection(world);
      for (const pauseMs of [0, 20_000]) {
        await sleep(pauseMs);
        socket.write(filled(h1(), id));
        assert.match(await nextBytes(socket), /^HTTP\/1\.1 200 /);
      }
      socket.destroy();
    },
  },
  {
    name: 'an idle connection to the upstream is used again after 20 s',
    pace: 'waits',
    world: {},
    scenario: async (world, id) => {
      for (const pauseMs of [0, 20_000]) {
        await sleep(pauseMs);
        assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      }
      const [first, second] = requestsOf(world, id).map(({ connection }) => connection.remotePort);
      assert.equal(first, second, 'the connection to the upstream');
    },
  },
  {
    name: 'an idle connection of HTTP/2 is there after 20 s',
    pace: 'waits',
    world: 'plain',
    scenario: async (world, id) => {
      const session = openSession(world);
      for (const pauseMs of [0, 20_000]) {
        await sleep(pauseMs);
        assert.equal((await answerOf(session.request({ ':path': `/${id}` }))).status, 200);
      }
      session.destroy();
    },
  },
];

/** Too much at once. */
const sizes: readonly ProxyCase[] = [
  {
    name: 'a body over 1 MiB is refused',
    request: { send: h1([`Content-Length: ${OVER}`], { line: 'POST $PATH HTTP/1.1' }) },
    expectUpstream: 'nothing',
    expectClient: { status: 413, reason: 'body-too-large' },
  },
  {
    name: 'a body over 1 MiB is refused over HTTP/2',
    request: h2([['content-length', String(OVER)]], { method: 'POST', body: Buffer.alloc(OVER, 'x') }),
    expectUpstream: 'nothing',
    expectClient: { status: 413, reason: 'body-too-large' },
  },
  {
    name: 'chunks over 1 MiB are refused',
    request: {
      send: h1(['Transfer-Encoding: chunked'], {
        line: 'POST $PATH HTTP/1.1',
        body: chunked('x'.repeat(OVER)),
      }),
    },
    expectUpstream: 'nothing',
    expectClient: { status: 413, reason: 'body-too-large' },
    orRefused: true,
  },
  {
    name: 'a body over 1 MiB without a length is refused over HTTP/2',
    request: h2([], { method: 'POST', body: Buffer.alloc(OVER, 'x') }),
    expectUpstream: 'nothing',
    expectClient: { status: 413, reason: 'body-too-large' },
    orRefused: true,
  },
  {
    name: 'an upload over HTTP/2 ends with the refusal of its body',
    world: 'plain',
    scenario: async (world, id) => {
      const session = openSession(world);
      const stream = session.request(
        { ':method': 'POST', ':path': `/${id}`, 'content-length': String(OVER) },
        { endStream: false },
      );
      const closed = once(stream, 'close');
      assert.equal((await answerOf(stream)).status, 413);
      // RFC 9113, section 8.1: RST_STREAM, as the rest of the body is of no use. The session goes on.
      await closed;
      assert.equal((await answerOf(session.request({ ':path': `/${id}` }))).status, 200);
      session.destroy();
    },
  },
  {
    name: 'a target of 8 KB passes',
    request: { send: h1([], { line: `GET ${pathOf(edgeLimits.targetBytes)} HTTP/1.1` }) },
    expectUpstream: { requestLine: `GET ${pathOf(edgeLimits.targetBytes)} HTTP/1.1` },
    expectClient: { status: 200 },
  },
  {
    name: 'a target over 8 KB is refused',
    request: { send: h1([], { line: `GET ${pathOf(edgeLimits.targetBytes + 1)} HTTP/1.1` }) },
    expectUpstream: 'nothing',
    expectClient: { status: 414, reason: 'target-too-long' },
  },
  {
    name: 'a target over 8 KB is refused over HTTP/2',
    request: h2([], { path: pathOf(edgeLimits.targetBytes + 1) }),
    expectUpstream: 'nothing',
    expectClient: { status: 414, reason: 'target-too-long' },
  },
  {
    name: 'a query over 8 KB is refused',
    request: { send: h1([], { line: `GET $PATH?${'q'.repeat(edgeLimits.targetBytes)} HTTP/1.1` }) },
    expectUpstream: 'nothing',
    expectClient: { status: 414, reason: 'target-too-long' },
  },
];

/** More requests or connections than one proxy takes. */
const numbers: readonly ProxyCase[] = [
  {
    name: 'more requests of a client than its rate are refused with 429',
    world: { edge: { clientRate: 2 } },
    scenario: async (world, id) => {
      const allowed = 2 * CLIENT_RATE_WINDOW;
      const answers = [];
      for (let count = 0; count < 3 * allowed; count += 1) answers.push(await ask(world, { path: `/${id}` }));
      const statuses = answers.map(({ status }) => status);
      const served = statuses.filter((status) => status === 200).length;
      assert.deepEqual([...new Set(statuses)], [200, 429]);
      assert.ok(
        served >= allowed - 1 && served <= 2 * allowed,
        `${served} of ${statuses.length} were served`,
      );
      const refusal = answers.at(-1);
      assert.ok(refusal !== undefined);
      const { headers, body } = refusal;
      assert.deepEqual(
        [headers['retry-after'], headers['x-edge-reason'], headers['cache-control'], headers['content-type']],
        [String(CLIENT_RATE_WINDOW), 'rate-limited', 'no-store', 'application/problem+json'],
      );
      assert.equal(JSON.parse(body.toString()).reason, 'rate-limited');
      assert.equal(requestsOf(world, id).length, served, 'requests at the upstream');
    },
  },
  {
    name: 'health checks are not counted, and never refused with 429',
    world: { edge: { clientRate: 1 } },
    scenario: async (world, id) => {
      const check = async () => (await ask(world, { path: '/healthz' })).status;
      for (let count = 0; count < 30; count += 1) assert.equal(await check(), 200);
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      for (let count = 0; count < 30; count += 1) await ask(world, { path: `/${id}` });
      assert.equal(await check(), 200);
    },
  },
  {
    name: 'more connections than the limit do not harm those that are there, and find room when these go',
    world: { settings: { maxConnections: 10 } },
    scenario: async (world, id) => {
      const sockets: Socket[] = [];
      const served = async (socket: Socket): Promise<void> => {
        socket.write(filled(h1(), id));
        const [bytes] = await once(socket, 'data');
        assert.match(String(bytes), /^HTTP\/1\.1 200 /);
      };
      while (sockets.length < 10) sockets.push(await openConnection(world));
      for (const socket of sockets) await served(socket);
      const beyond = Array.from({ length: 5 }, () => openConnection(world).catch(() => undefined));
      for (const socket of sockets) await served(socket);
      for (const socket of sockets) socket.destroy();
      await eventually(
        () =>
          ask(world, { path: `/${id}` }).then(
            ({ status }) => status === 200,
            () => false,
          ),
        'room for another connection',
      );
      for (const socket of await Promise.all(beyond)) socket?.destroy();
    },
  },
  {
    name: 'streams that are opened and cancelled at once (rapid reset) do not harm others',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, { steps: [{ pauseMs: 20 }, ...response('200 OK')] });
      const session = openSession(world);
      for (let round = 0; round < 20 && !session.destroyed; round += 1) {
        for (let count = 0; count < 50 && !session.destroyed; count += 1) {
          const stream = session.request({ ':path': `/${id}` });
          stream.on('error', () => {});
          stream.close(constants.NGHTTP2_CANCEL);
        }
        await sleep(5);
      }
      const began = performance.now();
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      assert.ok(performance.now() - began < 5_000, 'another client waits');
      session.destroy();
    },
  },
  {
    name: 'a HEADERS frame of 16 KB is refused, and its connection harms no other',
    request: h2([['x-large', 'x'.repeat(15_000)]]),
    expectUpstream: 'nothing',
    expectClient: { status: 431, reason: 'head-too-large' },
    orRefused: true,
  },
];

/** How much, how long and how often a client may ask. */
export const limits: readonly ProxyCase[] = [...slowness, ...sizes, ...numbers];
