import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { edgeLimits } from '@isochrone/config-gen';
import type { ProxyCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { filled, requestsOf } from '../exchange.ts';
import { answer, response, type Script, type Step } from '../upstream/script.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { openConnection, sendRaw } from '../wire/raw-client.ts';
import { residentKiB } from '../world/processes.ts';
import type { World } from '../world/world.ts';
import { chunked, h1, h1Body, h2, PUBLIC_HOST } from './requests.ts';

const MIB = 1_048_576;
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
const COMPRESSED = gzipSync('x'.repeat(10_000));

const probeLine = `GET /probe-$ID HTTP/1.1\r\nHost: ${PUBLIC_HOST}\r\n\r\n`;

/** A response of many MiB, as fast as the edge takes it. */
const streamed = (mebibytes: number, piece = Buffer.alloc(65_536, 'x')): Script => ({
  steps: async function* () {
    yield `HTTP/1.1 200 OK\r\nContent-Length: ${mebibytes * MIB}\r\n\r\n`;
    for (let sent = 0; sent < mebibytes * MIB; sent += piece.length) yield piece;
  },
});

/** No upstream answers a request of HTTP/1.0 in chunks (RFC 9112, section 6.1). */
const chunkedUnlessOld: Script = {
  steps: ({ version }) =>
    version === 'HTTP/1.0'
      ? ['HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none,two,', { end: 'close' }]
      : ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunked('one,', 'two,')],
};

/** A response that begins, and ends before its time. */
const brokenOff = (head: string, body: string, end: 'close' | 'reset'): Script => ({
  steps: [`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`, { pauseMs: 100 }, { end }],
});

const requests: readonly ProxyCase[] = [
  {
    name: 'a body of a known length arrives',
    request: { send: h1Body('hello') },
    expectUpstream: { fields: { 'content-length': '5', 'transfer-encoding': null }, body: 'hello' },
    expectClient: { status: 200 },
  },
  {
    name: 'a chunked body arrives',
    request: {
      send: h1(['Transfer-Encoding: chunked'], {
        line: 'POST $PATH HTTP/1.1',
        body: chunked('one,', 'two,', 'three'),
      }),
    },
    expectUpstream: { body: 'one,two,three' },
    expectClient: { status: 200 },
  },
  {
    name: 'a body arrives over HTTP/2',
    request: h2([], { method: 'PUT', body: 'one,two,three' }),
    expectUpstream: { requestLine: 'PUT $PATH HTTP/1.1', body: 'one,two,three' },
    expectClient: { status: 200 },
  },
  {
    name: 'a body of known length arrives over HTTP/2',
    request: h2([['content-length', '13']], { method: 'PUT', body: 'one,two,three' }),
    expectUpstream: { body: 'one,two,three' },
    expectClient: { status: 200 },
  },
  {
    name: 'every byte arrives in both directions',
    request: {
      send: [h1(['Content-Length: 256'], { line: 'POST $PATH HTTP/1.1' }), EVERY_BYTE],
    },
    upstream: answer('200 OK', ['Content-Type: application/octet-stream'], EVERY_BYTE),
    expectUpstream: { body: EVERY_BYTE },
    expectClient: { status: 200, body: EVERY_BYTE },
  },
  {
    name: 'an empty body of a POST stays one',
    request: { send: h1Body('') },
    expectUpstream: { fields: { 'content-length': '0', 'transfer-encoding': null }, body: '' },
    expectClient: { status: 200 },
  },
  {
    name: 'a body of a DELETE arrives',
    request: { send: h1Body('body', [], 'DELETE') },
    expectUpstream: { requestLine: 'DELETE $PATH HTTP/1.1', body: 'body' },
    expectClient: { status: 200 },
  },
  {
    name: 'a DELETE without a body has none upstream',
    request: { send: h1([], { line: 'DELETE $PATH HTTP/1.1' }) },
    expectUpstream: { fields: { 'transfer-encoding': null }, body: '' },
    expectClient: { status: 200 },
  },
  {
    name: 'a body of 1 MiB arrives',
    request: {
      send: [
        h1([`Content-Length: ${edgeLimits.bodyBytes}`], { line: 'POST $PATH HTTP/1.1' }),
        Buffer.alloc(MIB, 'x'),
      ],
    },
    expectUpstream: { body: Buffer.alloc(MIB, 'x') },
    expectClient: { status: 200 },
  },
  {
    name: 'a slow writer is waited for',
    request: {
      send: [
        h1(['Content-Length: 9'], { line: 'POST $PATH HTTP/1.1' }),
        ...['one', 'two', 'six'].flatMap((piece) => [{ pauseMs: 400 }, piece]),
      ],
    },
    expectUpstream: { body: 'onetwosix' },
    expectClient: { status: 200 },
  },
  {
    name: 'Expect: 100-continue is answered, and goes no further',
    world: 'plain',
    scenario: async (world, id) => {
      const socket = await openConnection(world);
      socket.write(
        filled(h1(['Content-Length: 4', 'Expect: 100-continue'], { line: 'POST $PATH HTTP/1.1' }), id),
      );
      const [first] = await once(socket, 'data');
      assert.match(String(first), /^HTTP\/1\.1 100 /);
      socket.write('body');
      const [second] = await once(socket, 'data');
      socket.destroy();
      assert.match(String(second), /^HTTP\/1\.1 200 /);
      const [request] = requestsOf(world, id);
      assert.equal(request?.message().body.toString(), 'body');
      assert.doesNotMatch(request?.head ?? '', /\r\nexpect:/i);
    },
  },
  {
    name: 'an answer before the end of the body arrives',
    world: 'alone',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, {
        early: true,
        steps: [...response('401 Unauthorized', [], 'no'), { pauseMs: 200 }, { end: 'close' }],
      });
      const { responses } = await sendRaw(world, {
        send: [filled(h1(['Content-Length: 100000'], { line: 'POST $PATH HTTP/1.1', body: 'begin' }), id)],
      });
      assert.match(responses[0]?.startLine ?? '', /^HTTP\/1\.1 401 /);
    },
  },
  {
    name: 'a client that leaves within its body leaves no whole request upstream',
    world: 'alone',
    scenario: async (world, id) => {
      await sendRaw(world, {
        send: [
          filled(h1(['Content-Length: 10'], { line: 'POST $PATH HTTP/1.1', body: 'half ' }), id),
          { pauseMs: 200 },
          { end: 'reset' },
        ],
      });
      await expectNoWholeRequest(world, id);
    },
  },
  {
    name: 'a client that leaves within its chunks leaves no whole request upstream',
    world: 'alone',
    scenario: async (world, id) => {
      await sendRaw(world, {
        send: [
          filled(
            h1(['Transfer-Encoding: chunked'], { line: 'POST $PATH HTTP/1.1', body: '4\r\nhalf\r\n' }),
            id,
          ),
          { pauseMs: 200 },
          { end: 'reset' },
        ],
      });
      await expectNoWholeRequest(world, id);
    },
  },
  {
    name: 'trailers of a request never become header fields',
    request: {
      send: h1(['Transfer-Encoding: chunked', 'Trailer: X-Trailer, X-Forwarded-For'], {
        line: 'POST $PATH HTTP/1.1',
        body: '3\r\nabc\r\n0\r\nX-Trailer: 1\r\nX-Forwarded-For: 6.6.6.6\r\nHost: evil.test\r\n\r\n',
      }),
    },
    expectUpstream: { fields: { 'x-trailer': null, 'x-forwarded-for': '127.0.0.1' }, body: 'abc' },
    expectClient: { status: 200 },
  },
  {
    name: 'requests on one connection do not run into each other',
    world: 'plain',
    scenario: async (world, id) => {
      const { responses } = await sendRaw(world, {
        send: filled(
          [
            h1Body('first'),
            h1Body(''),
            h1(['Transfer-Encoding: chunked'], { line: 'PUT $PATH HTTP/1.1', body: chunked('third') }),
          ].join(''),
          id,
        ),
        responses: 3,
      });
      assert.equal(responses.length, 3);
      assert.deepEqual(
        requestsOf(world, id)
          .map((request) => request.message().body.toString())
          .toSorted(),
        ['', 'first', 'third'],
      );
    },
  },
];

const responses: readonly ProxyCase[] = [
  {
    name: 'a chunked response arrives',
    request: { send: h1() },
    upstream: { steps: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunked('one,', 'two,')] },
    expectClient: { status: 200, body: 'one,two,' },
  },
  {
    name: 'a chunked response arrives over HTTP/2',
    request: h2(),
    upstream: { steps: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', chunked('one,', 'two,')] },
    expectClient: { status: 200, body: 'one,two,', fields: { 'transfer-encoding': null } },
  },
  {
    name: 'a chunked response arrives at a client of HTTP/1.0 without chunks',
    request: { send: h1([], { line: 'GET $PATH HTTP/1.0' }) },
    upstream: chunkedUnlessOld,
    expectClient: { status: 200, body: 'one,two,', fields: { 'transfer-encoding': null }, closes: true },
  },
  {
    name: 'a response of a known length keeps it',
    request: { send: h1() },
    upstream: answer('200 OK', [], 'hello'),
    expectClient: {
      status: 200,
      body: 'hello',
      fields: { 'content-length': '5', 'transfer-encoding': null },
    },
  },
  {
    name: 'a response that ends with its connection arrives whole',
    request: { send: h1() },
    upstream: { steps: ['HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end', { end: 'close' }] },
    expectClient: { status: 200, body: 'until the end' },
  },
  {
    name: 'chunks arrive as they come, not when all are there',
    world: 'plain',
    scenario: async (world, id) => {
      const { promise: seen, resolve: isSeen } = Promise.withResolvers<void>();
      world.upstreams[0].on(id, {
        steps: async function* (): AsyncGenerator<Step> {
          yield 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n';
          await seen;
          yield '3\r\ntwo\r\n0\r\n\r\n';
        },
      });
      const socket = await openConnection(world);
      socket.write(filled(h1(), id));
      let text = '';
      for await (const chunk of socket) {
        text += String(chunk);
        if (text.includes('one')) isSeen();
        if (text.includes('two')) break;
      }
      socket.destroy();
      assert.match(text, /one.*two/s);
    },
  },
  {
    name: 'a gzipped response arrives as it is',
    request: { send: h1(['Accept-Encoding: gzip']) },
    upstream: answer('200 OK', ['Content-Encoding: gzip', 'ETag: "a"'], COMPRESSED),
    expectClient: { status: 200, body: COMPRESSED, fields: { 'content-encoding': 'gzip', etag: '"a"' } },
  },
  {
    name: 'a plain response is not compressed',
    request: { send: h1(['Accept-Encoding: gzip, br']) },
    upstream: answer('200 OK', ['Content-Type: text/javascript'], 'x'.repeat(10_000)),
    expectClient: { status: 200, body: 'x'.repeat(10_000), fields: { 'content-encoding': null } },
  },
  {
    name: 'a response to HEAD has its length and no body',
    request: { send: h1([], { line: 'HEAD $PATH HTTP/1.1' }), head: true },
    upstream: { steps: ['HTTP/1.1 200 OK\r\nContent-Length: 500\r\nETag: "a"\r\n\r\n'] },
    expectUpstream: { requestLine: 'HEAD $PATH HTTP/1.1' },
    expectClient: { status: 200, body: '', fields: { 'content-length': '500', etag: '"a"' } },
  },
  {
    name: 'a response to HEAD over HTTP/2 has its length and no body',
    request: h2([], { method: 'HEAD' }),
    upstream: { steps: ['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'] },
    expectClient: { status: 200, body: '', fields: { 'content-length': '500' } },
  },
  {
    name: 'after a response to HEAD the connection goes on',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, { steps: ['HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n'] });
      const socket = await openConnection(world);
      for (let round = 0; round < 3; round += 1) {
        socket.write(filled(h1([], { line: 'HEAD $PATH HTTP/1.1' }), id));
        const [bytes] = await once(socket, 'data');
        assert.match(String(bytes), /^HTTP\/1\.1 200 .*\r\n\r\n$/s);
      }
      socket.destroy();
    },
  },
  ...['204 No Content', '304 Not Modified'].map(
    (status): ProxyCase => ({
      name: `${status.slice(0, 3)} has no body`,
      request: { send: h1(), probe: probeLine },
      upstream: { steps: [`HTTP/1.1 ${status}\r\nETag: "a"\r\n\r\n`] },
      expectClient: {
        status: Number(status.slice(0, 3)),
        body: '',
        fields: { etag: '"a"', 'transfer-encoding': null, 'content-type': null },
        closes: false,
      },
    }),
  ),
  {
    name: 'an interim response is no answer',
    request: { send: h1() },
    upstream: {
      steps: ['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', ...response('200 OK', [], 'final')],
    },
    expectClient: { status: 200, body: 'final' },
  },
  {
    name: 'trailers of a response never become header fields',
    request: { send: h1() },
    upstream: {
      steps: [
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n\r\n',
        '3\r\nabc\r\n0\r\nX-Trailer: 1\r\nX-Edge: forged\r\n\r\n',
      ],
    },
    expectClient: {
      status: 200,
      body: 'abc',
      fields: { 'x-trailer': null, 'x-edge': 'proxy1-us-east-1-fast' },
    },
  },
  {
    name: 'a status of its own and its text arrive',
    request: { send: h1() },
    upstream: answer('418 I am a teapot', ['Content-Type: text/plain'], 'short and stout'),
    expectClient: { status: 418, body: 'short and stout', fields: { 'content-type': 'text/plain' } },
  },
  ...(['close', 'reset'] as const).flatMap((end): ProxyCase[] => [
    {
      world: 'alone',
      name: `an upstream's ${end} within a body of known length is an abort for the client`,
      request: { send: h1() },
      upstream: brokenOff('Content-Length: 100', 'half', end),
      expectClient: { status: 200, aborted: true, closes: true },
    },
    {
      world: 'alone',
      name: `an upstream's ${end} within chunks is an abort for the client`,
      request: { send: h1() },
      upstream: brokenOff('Transfer-Encoding: chunked', '4\r\nhalf\r\n', end),
      expectClient: { status: 200, aborted: true, closes: true },
    },
  ]),
  {
    name: 'an upstream that breaks off within chunks is an abort for a client of HTTP/2',
    world: 'alone',
    scenario: async (world, id) => {
      for (const end of ['close', 'reset'] as const) {
        world.upstreams[0].on(`${id}-${end}`, brokenOff('Transfer-Encoding: chunked', '4\r\nhalf\r\n', end));
        const session = openSession(world);
        const { status, complete } = await answerOf(session.request({ ':path': `/${id}-${end}` }));
        session.destroy();
        assert.deepEqual([status, complete], [200, false], `after a ${end}`);
      }
    },
  },
  {
    name: 'a client that leaves frees the upstream',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, streamed(1_024));
      const socket = await openConnection(world);
      socket.write(filled(h1(), id));
      await once(socket, 'data');
      socket.destroy();
      await requestsOf(world, id)[0]?.connection.closed;
    },
  },
  {
    name: 'a client that leaves before the response begins frees the upstream',
    world: 'alone',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, { steps: [{ end: 'freeze' }] });
      const socket = await openConnection(world);
      socket.write(filled(h1Body(''), id));
      const request = await eventually(() => requestsOf(world, id)[0]);
      await request.received;
      const left = performance.now();
      socket.destroy();
      await request.connection.closed;
      const waited = performance.now() - left;
      assert.ok(waited < 8_000, `the upstream was freed after ${Math.round(waited)} ms, as by a time-out`);
    },
  },
  {
    name: 'a cancelled stream of HTTP/2 frees the upstream',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, streamed(1_024));
      const session = openSession(world);
      const stream = session.request({ ':path': `/${id}` });
      stream.on('error', () => {});
      await once(stream, 'data');
      stream.close(constants.NGHTTP2_CANCEL);
      await requestsOf(world, id)[0]?.connection.closed;
      assert.ok(!session.closed && !session.destroyed, 'the connection is still there');
      session.destroy();
    },
  },
  {
    name: 'a slow reader slows the upstream down',
    world: {},
    scenario: async (world, id) => {
      let sent = 0;
      world.upstreams[0].on(id, {
        steps: async function* () {
          yield `HTTP/1.1 200 OK\r\nContent-Length: ${256 * MIB}\r\n\r\n`;
          for (const piece = Buffer.alloc(65_536); sent < 256 * MIB; sent += piece.length) yield piece;
        },
      });
      const socket = await openConnection(world);
      socket.write(filled(h1(), id));
      await once(socket, 'data');
      socket.pause();
      // What fits into buffers on the way goes there at once; then nothing moves.
      let before = -1;
      while (sent !== before) {
        before = sent;
        await sleep(500);
      }
      socket.destroy();
      assert.ok(
        sent < 64 * MIB,
        `${Math.round(sent / MIB)} MiB were taken from the upstream for a client that reads none`,
      );
    },
  },
  {
    name: '64 MiB are streamed in bounded memory',
    world: {},
    pace: 'loads',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, streamed(64, randomBytes(65_536)));
      // The first time, an engine takes the memory that it works with.
      const first = await mostMemoryWhileStreaming(world, id);
      const more = Math.max(
        await mostMemoryWhileStreaming(world, id),
        await mostMemoryWhileStreaming(world, id),
      );
      assert.ok(more - first < 32 * 1_024, `memory grew by ${Math.round((more - first) / 1_024)} MiB`);
      assert.ok(more < 200 * 1_024, `memory is ${Math.round(more / 1_024)} MiB`);
    },
  },
  {
    name: 'a hundred streams of one connection get each its own answer',
    world: 'plain',
    scenario: async (world, id) => {
      for (const upstream of world.upstreams) {
        upstream.on(id, { steps: ({ target }) => response('200 OK', [], target) });
      }
      const session = openSession(world);
      const paths = Array.from({ length: 100 }, (_, index) => `/${id}/${index}`);
      const answers = await Promise.all(paths.map((path) => answerOf(session.request({ ':path': path }))));
      session.destroy();
      assert.deepEqual(
        answers.map(({ body }) => body.toString()),
        paths,
      );
    },
  },
];

/** Reads a response of 64 MiB; in KiB. */
async function mostMemoryWhileStreaming(world: World, id: string): Promise<number> {
  const socket = await openConnection(world);
  socket.write(filled(h1(), id));
  let received = 0;
  let measuredAt = 0;
  let most = 0;
  for await (const chunk of socket) {
    received += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (received - measuredAt > 8 * MIB) {
      measuredAt = received;
      most = Math.max(most, await residentKiB(world.edge.pid));
    }
    if (received >= 64 * MIB) return most;
  }
  throw new Error(`the response broke off after ${received} bytes`);
}

async function expectNoWholeRequest(world: World, id: string): Promise<void> {
  const seen = requestsOf(world, id);
  await Promise.all(seen.map(({ connection }) => connection.closed));
  assert.deepEqual(
    seen.map((request) => request.message().complete),
    seen.map(() => false),
  );
}

/** Everything between the heads. */
export const bodies: readonly ProxyCase[] = [...requests, ...responses];
