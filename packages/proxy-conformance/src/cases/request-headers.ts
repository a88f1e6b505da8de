import assert from 'node:assert/strict';
import type { ProxyCase } from '../case.ts';
import { answer } from '../upstream/script.ts';
import type { Field } from '../wire/message.ts';
import { valuesOf } from '../wire/message.ts';
import { h1, h2, INSTANCE, OWN_API, PUBLIC_HOST, viaOf } from './requests.ts';

const served = { status: 200 } as const;

const CLAIMS: readonly Field[] = [
  ['forwarded', 'for=6.6.6.6;host=evil.test'],
  ['x-forwarded-for', '6.6.6.6'],
  ['x-forwarded-host', 'evil.test'],
  ['x-forwarded-proto', 'http'],
  ['x-forwarded-port', '1'],
  ['x-forwarded-anything', 'mine'],
  ['x-real-ip', '6.6.6.6'],
  ['x-amzn-trace-id', 'mine'],
  ['x-amzn-requestcontext', 'mine'],
  ['x-edge', 'mine'],
  ['x-edge-reason', 'mine'],
  ['x-request-id', 'mine'],
];
const lines = (fields: readonly Field[]): readonly string[] =>
  fields.map(([name, value]) => `${name}: ${value}`);

const claimsDropped = {
  fields: {
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': PUBLIC_HOST,
    'x-forwarded-proto': 'https',
    'x-request-id': /^[0-9a-f-]{36}$/,
    ...Object.fromEntries(
      CLAIMS.map(([name]) => name)
        .filter(
          (name) =>
            !['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-request-id'].includes(name),
        )
        .map((name) => [name, null]),
    ),
  },
} as const;

/** Header fields of a total size, each of at most 1,000 bytes. */
const padding = (bytes: number): readonly Field[] => {
  const fields: Field[] = [];
  for (let left = bytes, index = 0; left > 0; index += 1) {
    const size = Math.min(left, 1_000);
    const name = `x-pad-${String(index).padStart(3, '0')}`;
    fields.push([name, 'p'.repeat(Math.max(1, size - name.length - 4))]);
    left -= size;
  }
  return fields;
};

/** Fields on their way to the upstream. */
export const requestHeaders: readonly ProxyCase[] = [
  {
    name: "a client's claims about itself are replaced",
    request: { send: h1(lines(CLAIMS)) },
    expectUpstream: claimsDropped,
    expectClient: served,
  },
  {
    name: "a client's claims about itself are replaced over HTTP/2",
    request: h2(CLAIMS),
    expectUpstream: claimsDropped,
    expectClient: served,
  },
  {
    name: 'claims that are repeated, or spelt in capitals, are replaced, too',
    request: { send: h1(['X-FORWARDED-FOR: 6.6.6.6', 'x-forwarded-for: 7.7.7.7', 'X-Edge-Anything: 1']) },
    expectUpstream: { fields: { 'x-forwarded-for': '127.0.0.1', 'x-edge-anything': null } },
    expectClient: served,
  },
  {
    name: 'hop-by-hop fields of a client go no further',
    request: {
      send: h1([
        'Connection: keep-alive',
        'Keep-Alive: timeout=5',
        'Proxy-Connection: keep-alive',
        'TE: trailers',
        'Proxy-Authorization: Basic abc',
        'Upgrade: websocket',
      ]),
    },
    expectUpstream: { fields: { 'proxy-authorization': null, 'keep-alive': null, te: null, upgrade: null } },
    expectClient: served,
  },
  {
    name: 'fields that Connection names go no further, in either direction',
    request: {
      send: h1([
        'Connection: X-One, x-two',
        'X-One: 1',
        'X-Two: 2',
        'X-Three: 3',
        'Connection: X-Four',
        'X-Four: 4',
      ]),
    },
    upstream: answer('200 OK', ['Connection: X-One, x-two', 'X-One: 1', 'X-Two: 2', 'X-Three: 3']),
    expectUpstream: { fields: { 'x-one': null, 'x-two': null, 'x-three': '3', 'x-four': null } },
    expectClient: { status: 200, fields: { 'x-one': null, 'x-two': null, 'x-three': '3' } },
  },
  {
    name: 'Connection cannot take away what the edge adds',
    request: { send: h1(['Connection: Host, X-Forwarded-For, X-Forwarded-Host, X-Request-Id, Via']) },
    expectUpstream: {
      fields: {
        host: OWN_API,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': PUBLIC_HOST,
        via: viaOf('1.1'),
      },
    },
    expectClient: served,
  },
  {
    name: 'Connection: close of a client closes its own connection, not that to the upstream',
    request: { send: h1(['Connection: close']) },
    expectUpstream: { fields: { connection: { not: /close/i } } },
    expectClient: { ...served, closes: true },
  },
  {
    name: 'TE: trailers goes no further from HTTP/2',
    request: h2([['te', 'trailers']]),
    expectUpstream: { fields: { te: null } },
    expectClient: served,
  },
  {
    name: 'repeated fields arrive all, in their order',
    request: { send: h1(['X-List: a', 'X-Other: o', 'X-List: b', 'X-List: c']) },
    expectUpstream: {
      also: ({ fields }) => assert.equal(valuesOf(fields, 'x-list').join(', '), 'a, b, c'),
    },
    expectClient: served,
  },
  {
    name: 'a cookie arrives as it was sent',
    request: { send: h1(['Cookie: a=1; b="2,3"; c=%3D']) },
    expectUpstream: { fields: { cookie: 'a=1; b="2,3"; c=%3D' } },
    expectClient: served,
  },
  {
    name: 'cookie crumbs of HTTP/2 become one field',
    request: h2([
      ['cookie', 'a=1'],
      ['cookie', 'b=2'],
      ['cookie', 'c=3'],
    ]),
    expectUpstream: { fields: { cookie: 'a=1; b=2; c=3' } },
    expectClient: served,
  },
  {
    name: 'conditional and negotiating fields arrive untouched',
    request: {
      send: h1([
        'If-None-Match: "a", W/"b"',
        'Accept-Encoding: br;q=1.0, gzip;q=0.8, *;q=0.1',
        'Accept: text/javascript, */*;q=0.1',
        'User-Agent: suite/1 (x; y)',
        'Authorization: Bearer abc.def',
        'Range: bytes=0-1',
      ]),
    },
    expectUpstream: {
      fields: {
        'if-none-match': '"a", W/"b"',
        'accept-encoding': 'br;q=1.0, gzip;q=0.8, *;q=0.1',
        accept: 'text/javascript, */*;q=0.1',
        'user-agent': 'suite/1 (x; y)',
        authorization: 'Bearer abc.def',
        range: 'bytes=0-1',
      },
    },
    expectClient: served,
  },
  {
    name: 'an empty field and bytes beyond ASCII arrive as they are',
    request: { send: h1(['X-Empty:', 'X-Latin: caf\xe9', 'X-Utf8: \xc3\xa9']) },
    expectUpstream: { fields: { 'x-empty': '', 'x-latin': 'caf\xe9', 'x-utf8': '\xc3\xa9' } },
    expectClient: served,
  },
  {
    name: 'Via names the edge and HTTP/1.1',
    request: { send: h1() },
    expectUpstream: { fields: { via: viaOf('1.1') } },
    expectClient: served,
  },
  {
    name: 'Via names the edge and HTTP/2',
    request: h2(),
    expectUpstream: { fields: { via: new RegExp(`^2(\\.0)? ${INSTANCE}$`) } },
    expectClient: served,
  },
  {
    name: 'Via names the edge and HTTP/1.0',
    request: { send: h1([], { line: 'GET $PATH HTTP/1.0' }) },
    expectUpstream: { fields: { via: viaOf('1.0') } },
    expectClient: served,
  },
  {
    name: "Via is appended to a client's own",
    request: { send: h1(['Via: 1.0 fred, 1.1 p.example.net (Apache)']) },
    expectUpstream: {
      also: ({ fields }) =>
        assert.equal(
          valuesOf(fields, 'via').join(', '),
          `1.0 fred, 1.1 p.example.net (Apache), ${viaOf('1.1')}`,
        ),
    },
    expectClient: served,
  },
  {
    name: '8 KB of headers pass',
    request: { send: h1(lines(padding(8_192))) },
    expectUpstream: { fields: { 'x-pad-000': /^p+$/, 'x-pad-007': /^p+$/ } },
    expectClient: served,
  },
  {
    name: '8 KB of headers pass over HTTP/2',
    request: h2(padding(8_192)),
    expectUpstream: { fields: { 'x-pad-000': /^p+$/, 'x-pad-007': /^p+$/ } },
    expectClient: served,
  },
  {
    name: '90 header fields pass',
    request: { send: h1(Array.from({ length: 90 }, (_, index) => `x-f${index}: ${index}`)) },
    expectUpstream: { fields: { 'x-f0': '0', 'x-f89': '89' } },
    expectClient: served,
  },
];

/** Head of 9 KB and more, and what all of the edge's own errors look like. */
export const oversizedHeaders: readonly ProxyCase[] = [
  {
    name: 'headers over the limit are refused',
    request: { send: h1(lines(padding(9_500))) },
    expectUpstream: 'nothing',
    expectClient: { status: 431, reason: 'head-too-large' },
  },
  {
    name: 'headers over the limit are refused over HTTP/2',
    request: h2(padding(9_500)),
    expectUpstream: 'nothing',
    expectClient: { status: 431, reason: 'head-too-large' },
  },
  {
    name: 'headers far over the limit are refused',
    request: { send: h1(lines(padding(64_000))) },
    expectUpstream: 'nothing',
    expectClient: { status: 431, reason: 'head-too-large' },
    orRefused: true,
  },
];
