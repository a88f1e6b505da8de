import assert from 'node:assert/strict';
import { once } from 'node:events';
import { edgeLimits } from '@isochrone/config-gen';
import type { ProxyCase } from '../case.ts';
import { filled, requestsOf } from '../exchange.ts';
import { answer, response } from '../upstream/script.ts';
import { openConnection, sendRaw } from '../wire/raw-client.ts';
import type { World } from '../world/world.ts';
import { chunked, h1, h1Body, h2 } from './requests.ts';

const MIB = 1_048_576;

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

/** What a client sends after its head. */
export const requestBodies: readonly ProxyCase[] = [
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

async function expectNoWholeRequest(world: World, id: string): Promise<void> {
  const seen = requestsOf(world, id);
  await Promise.all(seen.map(({ connection }) => connection.closed));
  assert.deepEqual(
    seen.map((request) => request.message().complete),
    seen.map(() => false),
  );
}
