import assert from 'node:assert/strict';
import type { ExpectedField, ProxyCase } from '../case.ts';
import { requestsOf } from '../exchange.ts';
import { answer, response } from '../upstream/script.ts';
import { ask } from '../wire/ask.ts';
import { valuesOf } from '../wire/message.ts';
import { h1, h2, INSTANCE, NEXT, OWN, OWN_API, PUBLIC_HOST, viaOf } from './requests.ts';

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

/** Fields on their way to the client. */
export const responseHeaders: readonly ProxyCase[] = [
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
