import assert from 'node:assert/strict';
import type { ExpectedUpstream, ProxyCase } from '../case.ts';
import { filled, probeOf, requestsOf } from '../exchange.ts';
import type { Script, Step } from '../upstream/script.ts';
import { sendHttp2 } from '../wire/http2-client.ts';
import { type Field, valuesOf } from '../wire/message.ts';
import { sendRaw } from '../wire/raw-client.ts';
import { chunked, h1, h1Body, h2, lengthOf, PUBLIC_HOST, raw } from './requests.ts';

const HOST = `Host: ${PUBLIC_HOST}`;
/** What an attacker hides: should it ever reach an upstream as a request, its id tells. */
const HIDDEN = raw(['GET /hidden-$ID HTTP/1.1', HOST]);
const probe = `GET /probe-$ID HTTP/1.1\r\n${HOST}\r\n\r\n`;

/** Bytes that a recipient must refuse. */
const refused = (name: string, send: string): ProxyCase => ({
  name,
  request: { send, probe },
  expectUpstream: 'nothing',
  expectClient: { status: 400 },
  orRefused: true,
});

/** Bytes that a recipient may refuse, or put into their one right form. */
const normalised = (
  name: string,
  send: string,
  expectUpstream: Exclude<ExpectedUpstream, 'nothing'> = {},
): ProxyCase => ({
  name,
  request: { send, probe },
  expectUpstream,
  expectClient: { status: 200 },
  orRefused: true,
});

const post = (lines: readonly string[], body: string): string =>
  h1(lines, { line: 'POST $PATH HTTP/1.1', body });

/** Two ideas of where a body ends. */
const framing: readonly ProxyCase[] = [
  normalised(
    'Content-Length and Transfer-Encoding: the hidden request is at most a body',
    post([`Content-Length: ${lengthOf(`0\r\n\r\n${HIDDEN}`)}`, 'Transfer-Encoding: chunked'], `0\r\n\r\n`),
    { body: '' },
  ),
  normalised(
    'Content-Length of less than the chunks',
    post(['Content-Length: 4', 'Transfer-Encoding: chunked'], chunked('smuggle me')),
    { body: 'smuggle me' },
  ),
  ...[
    ['a Transfer-Encoding of an unknown coding', 'Transfer-Encoding: xchunked'],
    ['a Transfer-Encoding that ends in another coding', 'Transfer-Encoding: chunked, identity'],
    [
      'a Transfer-Encoding in two fields, the last one not chunked',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    ],
    ['chunked twice in one field', 'Transfer-Encoding: chunked, chunked'],
    ['a Transfer-Encoding with a quote', 'Transfer-Encoding: "chunked"'],
    ['a Transfer-Encoding with a control character before its value', 'Transfer-Encoding: \x0bchunked'],
    ['an empty Transfer-Encoding beside a Content-Length', 'Content-Length: 3\r\nTransfer-Encoding:'],
  ].map(([name = '', field = '']) => refused(name, post([field], chunked('abc')))),
  normalised('a Transfer-Encoding in capitals', post(['TRANSFER-ENCODING: Chunked'], chunked('abc')), {
    body: 'abc',
  }),
  normalised('a Transfer-Encoding after a tab', post(['Transfer-Encoding:\tchunked\t'], chunked('abc')), {
    body: 'abc',
  }),
  normalised(
    'a Transfer-Encoding with an empty element',
    post(['Transfer-Encoding: , chunked'], chunked('abc')),
    {
      body: 'abc',
    },
  ),
  normalised(
    'chunked twice in two fields',
    post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], chunked('abc')),
    { body: 'abc' },
  ),
  normalised(
    'a Transfer-Encoding in HTTP/1.0',
    h1(['Transfer-Encoding: chunked'], {
      line: 'POST $PATH HTTP/1.0',
      body: chunked('abc'),
    }),
    { body: 'abc' },
  ),
  refused(
    'two Content-Lengths that differ',
    post(['Content-Length: 3', `Content-Length: ${3 + lengthOf(HIDDEN)}`], `abc${HIDDEN}`),
  ),
  refused(
    'a list of Content-Lengths that differ',
    post([`Content-Length: 3, ${3 + lengthOf(HIDDEN)}`], `abc${HIDDEN}`),
  ),
  normalised('two Content-Lengths that agree', post(['Content-Length: 3', 'Content-Length: 3'], 'abc'), {
    body: 'abc',
  }),
  ...['+3', '-3', '0x3', '3.0', '3 3', '3;', '', '99999999999999999999'].map((value) =>
    refused(`a Content-Length of ${JSON.stringify(value)}`, post([`Content-Length: ${value}`], 'abc')),
  ),
  refused('a chunk size with a prefix', post(['Transfer-Encoding: chunked'], '0x3\r\nabc\r\n0\r\n\r\n')),
  refused('a negative chunk size', post(['Transfer-Encoding: chunked'], '-3\r\nabc\r\n0\r\n\r\n')),
  refused(
    'a chunk size beyond 64 bits',
    post(['Transfer-Encoding: chunked'], 'FFFFFFFFFFFFFFFF3\r\nabc\r\n0\r\n\r\n'),
  ),
  refused('a chunk longer than its size', post(['Transfer-Encoding: chunked'], '3\r\nabcd\r\n0\r\n\r\n')),
  normalised(
    'a chunk size line that ends in a bare LF',
    post(['Transfer-Encoding: chunked'], '3\nabc\r\n0\r\n\r\n'),
    {
      body: 'abc',
    },
  ),
  normalised('a chunk that ends in a bare LF', post(['Transfer-Encoding: chunked'], '3\r\nabc\n0\r\n\r\n'), {
    body: 'abc',
  }),
  normalised('a chunk extension', post(['Transfer-Encoding: chunked'], '3;a=b;c="d"\r\nabc\r\n0\r\n\r\n'), {
    body: 'abc',
  }),
  normalised(
    'a chunk extension of 20 KB',
    post(['Transfer-Encoding: chunked'], `3;${'x'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`),
    { body: 'abc' },
  ),
  normalised(
    'a chunk extension with a line feed in it',
    post(['Transfer-Encoding: chunked'], `3;a\nb\r\nabc\r\n0\r\n\r\n`),
    { body: 'abc' },
  ),
  normalised(
    'a body of a GET is no second request',
    h1([`Content-Length: ${lengthOf(HIDDEN)}`], { body: HIDDEN }),
  ),
];

/** Heads that two readers would read differently. */
const syntax: readonly ProxyCase[] = [
  refused('a space before the colon', post(['Content-Length : 3'], 'abc')),
  refused('a tab before the colon', h1(['X-Case\t: $ID'])),
  refused(
    'a space before the colon of Transfer-Encoding',
    post(['Transfer-Encoding : chunked'], chunked('abc')),
  ),
  normalised('a folded field (obs-fold)', h1(['X-Folded: one', ' two'])),
  normalised('a folded Transfer-Encoding', post(['Transfer-Encoding:', ' chunked'], chunked('abc')), {
    body: 'abc',
  }),
  refused('a first field that begins with a space', raw(['GET $PATH HTTP/1.1', ' X-First: 1', HOST])),
  normalised('lines that end in a bare LF', `GET $PATH HTTP/1.1\n${HOST}\nX-Bare: 1\n\n`, {
    fields: { 'x-bare': '1' },
  }),
  normalised('one line that ends in a bare LF', `GET $PATH HTTP/1.1\r\n${HOST}\r\nX-A: 1\nX-B: 2\r\n\r\n`, {
    fields: { 'x-a': '1', 'x-b': '2' },
  }),
  refused('a bare CR in a field', `GET $PATH HTTP/1.1\r\n${HOST}\r\nX-A: 1\rX-B: 2\r\n\r\n`),
  refused('a bare CR before the end of a line', `GET $PATH HTTP/1.1\r\n${HOST}\r\nX-A: 1\r\r\n\r\n`),
  refused('NUL in a field', h1(['X-A: 1\x002'])),
  refused('NUL in a field name', h1(['X-\x00A: 1'])),
  normalised('a control character in a field', h1(['X-A: 1\x072'])),
  refused('a field without a colon', h1(['X-A'])),
  refused('a field without a name', h1([': value'])),
  refused('a field name with a bracket', h1(['X[A]: 1'])),
  refused('a field name beyond ASCII', h1(['X-\xe9: 1'])),
  normalised('two spaces in the request line', h1([], { line: 'GET  $PATH HTTP/1.1' })),
  normalised('a tab in the request line', h1([], { line: 'GET\t$PATH HTTP/1.1' })),
  refused('a space in the target', h1([], { line: 'GET $PATH x HTTP/1.1' })),
  refused('a control character in the target', h1([], { line: 'GET $PATH\x01 HTTP/1.1' })),
  refused('NUL in the target', h1([], { line: 'GET $PATH\x00 HTTP/1.1' })),
  refused('a version in small letters', h1([], { line: 'GET $PATH http/1.1' })),
  refused('HTTP/1.1 with a longer version number', h1([], { line: 'GET $PATH HTTP/1.10' })),
  normalised('HTTP/2.0 on a connection of HTTP/1.1', h1([], { line: 'GET $PATH HTTP/2.0' })),
  refused('a request without a version (HTTP/0.9)', 'GET $PATH\r\n\r\n'),
  refused('a target without a slash', h1([], { line: 'GET $ID HTTP/1.1' })),
  normalised('an empty line before the request', `\r\n${h1()}`),
  normalised('a fragment in the target', h1([], { line: 'GET $PATH#fragment HTTP/1.1' })),
  {
    name: 'two requests at once are answered in order',
    request: { send: `${h1()}${probe}`, responses: 2 },
    expectUpstream: { requestLine: 'GET $PATH HTTP/1.1' },
    expectClient: { status: 200, body: 'us-east-1' },
  },
];

const http2 = (
  name: string,
  fields: readonly Field[],
  options: Parameters<typeof h2>[1] = {},
  expectUpstream: ExpectedUpstream = 'nothing',
): ProxyCase => ({
  name: `HTTP/2: ${name}`,
  request: h2(fields, options),
  expectUpstream,
  expectClient: { status: expectUpstream === 'nothing' ? 400 : 200 },
  orRefused: true,
});

const http2Fields = (
  name: string,
  fields: readonly Field[],
  expectUpstream: ExpectedUpstream = 'nothing',
): ProxyCase => ({
  name: `HTTP/2: ${name}`,
  request: { over: 'h2', fields },
  expectUpstream,
  expectClient: { status: expectUpstream === 'nothing' ? 400 : 200 },
  orRefused: true,
});

/** Left out, the field harms nobody. */
const without = { fields: { 'x-a': null, 'x-hidden': null } } as const;

/** What means nothing in HTTP/2 and everything once it is written down as HTTP/1.1 (RFC 9113, section 8.2). */
const downgrade: readonly ProxyCase[] = [
  http2('Transfer-Encoding', [['transfer-encoding', 'chunked']], {
    method: 'POST',
    body: `0\r\n\r\n${HIDDEN}`,
  }),
  http2(
    'Connection',
    [
      ['connection', 'x-one'],
      ['x-one', '1'],
    ],
    {},
    { fields: { 'x-one': null } },
  ),
  http2('Keep-Alive', [['keep-alive', 'timeout=5']], {}, {}),
  http2('Proxy-Connection', [['proxy-connection', 'keep-alive']], {}, {}),
  http2('Upgrade', [['upgrade', 'websocket']], {}, {}),
  http2('TE of more than trailers', [['te', 'gzip']], {}, {}),
  http2('a Content-Length of less than the body', [['content-length', '3']], {
    method: 'POST',
    body: `abc${HIDDEN}`,
  }),
  http2('a Content-Length of more than the body', [['content-length', '300']], {
    method: 'POST',
    body: 'abc',
  }),
  http2(
    'two Content-Lengths that differ',
    [
      ['content-length', '3'],
      ['content-length', '4'],
    ],
    {
      method: 'POST',
      body: 'abc',
    },
  ),
  http2('a Content-Length without a body', [['content-length', '3']], { method: 'POST' }, { body: '' }),
  http2('a line break in a value', [['x-a', `1\r\nX-Hidden: $ID`]], {}, without),
  http2('a request in a value', [['x-a', `1\r\n\r\n${HIDDEN}`]], {}, without),
  http2('a bare LF in a value', [['x-a', '1\nx-hidden: $ID']], {}, without),
  http2('NUL in a value', [['x-a', '1\x002']], {}, without),
  http2('a line break in a name', [['x-a: 1\r\nx-hidden', '$ID']], {}, without),
  http2('a colon in a name', [['x-a: 1', '$ID']], {}, without),
  http2('a space in a name', [['x-a ', '$ID']], {}, without),
  http2('a name in capitals', [['X-A', '1']]),
  http2('an empty name', [['', '1']], {}, without),
  http2('a line break in :path', [], { path: `$PATH HTTP/1.1\r\n${HOST}\r\n\r\nGET /hidden-$ID` }),
  http2('a space in :path', [], { path: '$PATH HTTP/1.1' }),
  http2('a :path without a slash', [], { path: '$ID' }),
  http2('an empty :path', [['x-case', '$ID']], { path: '' }),
  http2('a request in :method', [['x-case', '$ID']], { method: 'GET /hidden-$ID HTTP/1.1\r\nx: y' }),
  http2('a line break in :authority', [], { authority: `${PUBLIC_HOST}\r\nx-hidden: $ID` }),
  http2('a user in :authority', [], { authority: `user@${PUBLIC_HOST}` }),
  http2('a Host that differs from :authority', [['host', 'elsewhere.test']], {}, {}),
  http2Fields('no :path', [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', PUBLIC_HOST],
    ['x-case', '$ID'],
  ]),
  http2Fields('no :method', [
    [':scheme', 'https'],
    [':authority', PUBLIC_HOST],
    [':path', '$PATH'],
  ]),
  http2Fields('two :path', [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', PUBLIC_HOST],
    [':path', '$PATH'],
    [':path', '/hidden-$ID'],
  ]),
  http2Fields('a pseudo-header after a header', [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', PUBLIC_HOST],
    ['x-a', '1'],
    [':path', '$PATH'],
  ]),
  http2Fields('an unknown pseudo-header', [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', PUBLIC_HOST],
    [':path', '$PATH'],
    [':forged', '1'],
  ]),
  {
    name: 'HTTP/2: an extended CONNECT opens no tunnel',
    world: 'plain',
    scenario: async (world, id) => {
      const { status } = await sendHttp2(world, {
        fields: [
          [':method', 'CONNECT'],
          [':protocol', 'websocket'],
          [':scheme', 'https'],
          [':authority', PUBLIC_HOST],
          [':path', `/${id}`],
        ],
      });
      assert.ok(status === undefined || status >= 400, `the client got ${status}`);
      for (const { method, fields } of requestsOf(world, id)) {
        assert.deepEqual([method, valuesOf(fields, 'upgrade')], ['GET', []]);
      }
    },
  },
];

const says = (...steps: readonly Step[]): Script => ({ steps: [...steps, { end: 'close' }] });

/** An upstream that answers what is no HTTP, or two things at once. */
const answered = (name: string, upstream: Script, body = 'abc'): ProxyCase => ({
  name: `an answer with ${name}`,
  world: 'alone',
  scenario: async (world, id) => {
    world.upstreams[0].on(id, filled(upstream, id));
    const { responses, malformed } = await sendRaw(world, {
      send: filled(h1Body(''), id),
      probe: probeOf(id),
    });
    assert.equal(malformed, null, `the client got what is not HTTP: ${malformed}`);
    const [first, ...more] = responses;
    const status = Number(first?.startLine.split(' ')[1]);
    assert.ok(status === 502 || status === 200, `the client got ${first?.startLine}`);
    if (status === 200) assert.equal(first?.body.toString(), body);
    for (const { startLine } of more) assert.match(startLine, /^HTTP\/1\.1 200 /);
    assert.ok(
      !responses.some(({ body: found }) => found.includes('hidden')),
      'the client got a hidden response',
    );
  },
});

const HIDDEN_RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden';

const fromUpstream: readonly ProxyCase[] = [
  answered(
    'Content-Length and Transfer-Encoding',
    says(
      `HTTP/1.1 200 OK\r\nContent-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n${chunked('abc')}${HIDDEN_RESPONSE}`,
    ),
  ),
  answered(
    'two Content-Lengths',
    says(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 60\r\n\r\nabc${HIDDEN_RESPONSE}`),
  ),
  answered(
    'more than its Content-Length',
    says(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc${HIDDEN_RESPONSE}`),
  ),
  answered('a bare CR in a field', says('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\rX-B: 2\r\n\r\nabc')),
  answered(
    'a space before a colon',
    says('HTTP/1.1 200 OK\r\nContent-Length : 3\r\nContent-Length: 3\r\n\r\nabc'),
  ),
  answered('a status line that is none', says('HELLO\r\n\r\n')),
];

/** Bytes in which one reader sees one request and another two. */
export const smuggling: readonly ProxyCase[] = [...framing, ...syntax, ...downgrade, ...fromUpstream];
