import assert from 'node:assert/strict';
import type { ExpectedField, ProxyCase } from '../case.ts';
import { requestsOf } from '../exchange.ts';
import { answer, response } from '../upstream/script.ts';
import { ask } from '../wire/ask.ts';
import type { Field } from '../wire/message.ts';
import { valuesOf } from '../wire/message.ts';
import { h1, h2, INSTANCE, NEXT, OWN, OWN_API, PUBLIC_HOST } from './requests.ts';

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

/** A response with these fields, and what a client may see of them. */
const responseCase = (
  name: string,
  upstream: readonly string[],
  fields: Readonly<Record<string, ExpectedField>>,
  more: Partial<Pick<Extract<ProxyCase, { request: unknown }>, 'request' | 'world'>> = {},
): ProxyCase => ({
  name,
  request: { send: h1() },
  upstream: answer('200 OK', upstream, 'body'),
  expectClient: { status: 200, fields, body: 'body' },
  ...more,
});

const movedTo = (
  name: string,
  from: string,
  to: string,
  more: Parameters<typeof responseCase>[3] = {},
): ProxyCase => ({
  name,
  request: { send: h1() },
  upstream: answer('302 Found', [`Location: ${from}`]),
  expectClient: { status: 302, fields: { location: to } },
  ...more,
});

const viaOf = (version: string): string => `${version} ${INSTANCE}`;

/** Fields on their way to the upstream. */
const toUpstream: readonly ProxyCase[] = [
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

/** Fields on their way to the client. */
const toClient: readonly ProxyCase[] = [
  responseCase(
    "an upstream's Connection and Keep-Alive stay behind",
    ['Connection: keep-alive', 'Keep-Alive: timeout=5, max=100', 'Proxy-Connection: keep-alive'],
    { 'keep-alive': { not: /max=100|timeout=5,/ }, 'proxy-connection': null },
  ),
  responseCase(
    "an upstream's Connection and Keep-Alive stay behind over HTTP/2",
    ['Connection: keep-alive', 'Keep-Alive: timeout=5, max=100'],
    { connection: null, 'keep-alive': null },
    { request: h2() },
  ),
  {
    name: "an upstream's Connection: close does not close the client's",
    request: { send: h1(), probe: 'GET /probe-$ID HTTP/1.1\r\nHost: fast.example.com\r\n\r\n' },
    upstream: {
      steps: ['HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody', { end: 'close' }],
    },
    expectClient: { status: 200, body: 'body', fields: { connection: { not: /close/i } }, closes: false },
  },
  responseCase("an upstream's offer to upgrade stays behind", ['Upgrade: h2c', 'Connection: Upgrade'], {
    upgrade: null,
    connection: { not: /upgrade/i },
  }),
  responseCase(
    'an upstream cannot speak for the edge',
    [
      'X-Edge: mine',
      'X-Edge-Engine: mine',
      'X-Edge-Reason: mine',
      'X-Edge-Anything: mine',
      'X-Request-Id: mine',
    ],
    { 'x-edge': INSTANCE, 'x-edge-reason': null, 'x-edge-anything': null, 'x-request-id': /^[0-9a-f-]{36}$/ },
  ),
  {
    name: 'the request id is the same on both sides',
    world: 'plain',
    scenario: async (world, id) => {
      const { headers } = await ask(world, { path: `/${id}` });
      const [request] = requestsOf(world, id);
      assert.equal(headers['x-request-id'], valuesOf(request?.fields ?? [], 'x-request-id')[0]);
    },
  },
  {
    name: 'every request has an id of its own',
    world: 'plain',
    scenario: async (world, id) => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(world, { path: `/${id}` })));
      assert.equal(new Set(answers.map(({ headers }) => headers['x-request-id'])).size, 10);
    },
  },
  responseCase('Via names the edge to the client', [], { via: viaOf('1.1') }),
  {
    name: "Via is appended to an upstream's own",
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, answer('200 OK', ['Via: 1.1 gateway']));
      const { headers } = await ask(world, { path: `/${id}` });
      assert.equal(headers.via, `1.1 gateway, ${viaOf('1.1')}`);
    },
  },
  responseCase('Server-Timing says how long the upstream took', [], {
    'server-timing': new RegExp(`^edge;desc="${INSTANCE}";dur=\\d+(\\.\\d+)?$`),
  }),
  {
    name: "an upstream's Server-Timing is kept",
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, answer('200 OK', ['Server-Timing: db;dur=5']));
      const { headers } = await ask(world, { path: `/${id}` });
      assert.match(
        String(headers['server-timing']),
        new RegExp(`^db;dur=5, edge;desc="${INSTANCE}";dur=\\d+(\\.\\d+)?$`),
      );
    },
  },
  {
    name: 'Server-Timing counts until the response begins',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, { steps: [{ pauseMs: 300 }, ...response('200 OK')] });
      const { headers } = await ask(world, { path: `/${id}` });
      const duration = Number(/dur=([\d.]+)/.exec(String(headers['server-timing']))?.[1]);
      assert.ok(duration >= 290 && duration < 5_000, `dur is ${duration}, the upstream took 300 ms`);
    },
  },
  responseCase('x-edge-upstream names the region that answered', [], {
    'x-edge-upstream': OWN,
    'x-edge-retried': null,
  }),
  responseCase(
    'cookies of a response stay apart',
    [
      'Set-Cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
      'Set-Cookie: b=2; Path=/; Secure',
      'Set-Cookie: c=3',
    ],
    { 'set-cookie': ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2; Path=/; Secure', 'c=3'] },
  ),
  responseCase(
    'what caches read arrives untouched',
    [
      'Cache-Control: private, no-cache',
      'CDN-Cache-Control: no-store',
      'ETag: "abc-gzip"',
      'Vary: Accept-Encoding',
      'Age: 5',
      'Last-Modified: Wed, 21 Oct 2026 07:28:00 GMT',
    ],
    {
      'cache-control': 'private, no-cache',
      'cdn-cache-control': 'no-store',
      etag: '"abc-gzip"',
      vary: 'Accept-Encoding',
      age: '5',
      'last-modified': 'Wed, 21 Oct 2026 07:28:00 GMT',
    },
  ),
  responseCase(
    'an empty field and bytes beyond ASCII of a response arrive as they are',
    ['X-Empty:', 'X-Latin: caf\xe9', 'X-Utf8: \xc3\xa9'],
    { 'x-empty': '', 'x-latin': 'caf\xe9', 'x-utf8': '\xc3\xa9' },
  ),
  {
    name: 'repeated fields of a response arrive all, in their order',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, answer('200 OK', ['X-List: a', 'Vary: Origin', 'X-List: b', 'Vary: Cookie']));
      const { headers } = await ask(world, { path: `/${id}` });
      assert.deepEqual([headers['x-list'], headers.vary], ['a, b', 'Origin, Cookie']);
    },
  },
  movedTo(
    "a Location of the region's name gets the public one",
    `https://${OWN_API}/a?b#c`,
    `https://${PUBLIC_HOST}/a?b#c`,
  ),
  movedTo('a Location over plain HTTP gets https, too', `http://${OWN_API}/a`, `https://${PUBLIC_HOST}/a`),
  movedTo(
    "a Location of another region's name gets the public one",
    `https://${NEXT}-fast.example.com/a`,
    `https://${PUBLIC_HOST}/a`,
  ),
  movedTo(
    'a Location with a port gets the public name without it',
    `https://${OWN_API}:8443/a`,
    `https://${PUBLIC_HOST}/a`,
  ),
  movedTo('a Location without a path is rewritten, too', `https://${OWN_API}`, `https://${PUBLIC_HOST}`),
  movedTo(
    'a Location is compared without case',
    `HTTPS://${OWN_API.toUpperCase()}/a`,
    `https://${PUBLIC_HOST}/a`,
  ),
  movedTo('a relative Location stays', '/a?b', '/a?b'),
  movedTo("somebody else's Location stays", 'https://elsewhere.test/a', 'https://elsewhere.test/a'),
  movedTo(
    'a Location that only begins like the name of the region stays',
    `https://${OWN_API}.elsewhere.test/a`,
    `https://${OWN_API}.elsewhere.test/a`,
  ),
  movedTo(
    'a Location with the name of the region in its query stays',
    `https://elsewhere.test/?to=https://${OWN_API}/a`,
    `https://elsewhere.test/?to=https://${OWN_API}/a`,
  ),
  movedTo('a Location gets the public port', `https://${OWN_API}/a`, `https://${PUBLIC_HOST}:8443/a`, {
    world: 'redirecting',
  }),
  movedTo('a Location is rewritten over HTTP/2', `https://${OWN_API}/a`, `https://${PUBLIC_HOST}/a`, {
    request: h2(),
  }),
  responseCase(
    "a cookie's domain of the region's name becomes the public one",
    [`Set-Cookie: a=1; Domain=${OWN_API}; Path=/`],
    { 'set-cookie': `a=1; Domain=${PUBLIC_HOST}; Path=/` },
  ),
  responseCase(
    "a cookie's domain is compared without case, space and leading dot",
    [`Set-Cookie: a=1; Secure; domain=.${OWN_API.toUpperCase()}`, `Set-Cookie: b=2;DOMAIN=${OWN_API};Path=/`],
    {
      'set-cookie': [
        /^a=1; Secure; domain=\.?fast\.example\.com$/i,
        /^b=2; ?DOMAIN=fast\.example\.com; ?Path=\/$/i,
      ],
    },
  ),
  responseCase(
    "other domains of cookies stay, and so do cookies' values",
    ['Set-Cookie: a=1; Domain=example.com', `Set-Cookie: b=Domain=${OWN_API}`],
    { 'set-cookie': ['a=1; Domain=example.com', `b=Domain=${OWN_API}`] },
  ),
];

/** Head of 9 KB and more, and what all of the edge's own errors look like. */
const refused: readonly ProxyCase[] = [
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

/** What each side gets to see of the other's header fields. */
export const headers: readonly ProxyCase[] = [...toUpstream, ...toClient, ...refused];
