import assert from 'node:assert/strict';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import type { ProxyCase } from '../case.ts';
import { filled } from '../exchange.ts';
import { answer, response, type Script, type Step } from '../upstream/script.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { openConnection } from '../wire/raw-client.ts';
import { chunked, h1, h2, PUBLIC_HOST } from './requests.ts';

const COMPRESSED = gzipSync('x'.repeat(10_000));

const probeLine = `GET /probe-$ID HTTP/1.1\r\nHost: ${PUBLIC_HOST}\r\n\r\n`;

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

/** What an upstream sends after its head, whole or broken off. */
export const responseBodies: readonly ProxyCase[] = [
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
];
