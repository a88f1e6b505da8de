import type { ProxyCase } from '../case.ts';
import { DOMAIN, GROUP_HOST, h1, h2, INSTANCE_HOST, OWN_API, PUBLIC_HOST, raw } from './requests.ts';

const toOwn = { host: OWN_API } as const;
const served = { status: 200, body: 'us-east-1' } as const;
const foreign = { status: 421, reason: 'foreign-host' } as const;
const origin = { requestLine: 'GET $PATH HTTP/1.1', fields: toOwn } as const;

const forHost = (host: string): string => raw(['GET $PATH HTTP/1.1', `Host: ${host}`]);

/** Host, SNI and target: what the client asks for, and what the upstream is asked for. */
export const routing: readonly ProxyCase[] = [
  {
    name: "HTTP/1.1 reaches the own region's API with its Host and SNI",
    request: { send: h1() },
    expectUpstream: { ...origin, fields: { ...toOwn, 'x-forwarded-host': PUBLIC_HOST } },
    expectClient: served,
  },
  {
    name: "HTTP/2 reaches the own region's API with its Host and SNI",
    request: h2(),
    expectUpstream: { ...origin, fields: { ...toOwn, 'x-forwarded-host': PUBLIC_HOST } },
    expectClient: served,
  },
  {
    name: 'HTTP/1.0 with a Host is served',
    request: { send: h1([], { line: 'GET $PATH HTTP/1.0' }) },
    expectUpstream: { fields: toOwn },
    expectClient: { ...served, closes: true },
  },
  {
    name: 'HTTP/1.0 becomes HTTP/1.1',
    request: { send: h1([], { line: 'GET $PATH HTTP/1.0' }) },
    expectUpstream: origin,
    expectClient: served,
  },
  {
    name: "the group's name is served",
    request: { send: forHost(GROUP_HOST) },
    expectUpstream: { ...origin, fields: { ...toOwn, 'x-forwarded-host': GROUP_HOST } },
    expectClient: served,
  },
  {
    name: "the instance's own name is served",
    request: { send: forHost(INSTANCE_HOST) },
    expectUpstream: { ...origin, fields: { ...toOwn, 'x-forwarded-host': INSTANCE_HOST } },
    expectClient: served,
  },
  {
    name: 'Host is compared without case and port',
    request: { send: forHost('FAST.Example.com:8443') },
    expectUpstream: { ...origin, fields: { ...toOwn, 'x-forwarded-host': PUBLIC_HOST } },
    expectClient: served,
  },
  {
    name: 'a foreign SNI does not matter over HTTP/1.1',
    request: { send: h1(), tls: { servername: 'elsewhere.test' } },
    expectUpstream: origin,
    expectClient: served,
  },
  {
    name: 'a foreign SNI does not matter over HTTP/2',
    request: h2([], { servername: 'elsewhere.test' }),
    expectUpstream: origin,
    expectClient: served,
  },
  {
    name: 'an absolute-form target becomes origin-form',
    request: { send: h1([], { line: `GET https://${PUBLIC_HOST}$PATH?a=b HTTP/1.1` }) },
    expectUpstream: { requestLine: 'GET $PATH?a=b HTTP/1.1', fields: toOwn },
    expectClient: served,
  },
  {
    name: 'an absolute-form target without a path becomes /',
    request: { send: h1(['X-Case: $ID'], { line: `GET https://${PUBLIC_HOST} HTTP/1.1` }) },
    expectUpstream: { requestLine: 'GET / HTTP/1.1', fields: toOwn },
    expectClient: served,
  },
  {
    name: 'an absolute-form target of a foreign host is refused, whatever Host says',
    request: { send: h1([], { line: 'GET https://elsewhere.test$PATH HTTP/1.1' }) },
    expectUpstream: 'nothing',
    expectClient: foreign,
    orRefused: true,
  },
  {
    name: 'OPTIONS * keeps its asterisk',
    request: { send: h1(['X-Case: $ID'], { line: 'OPTIONS * HTTP/1.1' }) },
    expectUpstream: { requestLine: 'OPTIONS * HTTP/1.1', fields: toOwn },
    expectClient: { status: 200 },
  },
  {
    name: 'path and query arrive byte for byte',
    request: { send: h1([], { line: "GET $PATH//a/../%2F%2e/b;c=d?x=%00&y=a+b&&z='(1)'|[] HTTP/1.1" }) },
    expectUpstream: { requestLine: "GET $PATH//a/../%2F%2e/b;c=d?x=%00&y=a+b&&z='(1)'|[] HTTP/1.1" },
    expectClient: served,
  },
  {
    name: 'path and query arrive byte for byte over HTTP/2',
    request: h2([], { path: '$PATH//a/../%2F%2e/b;c=d?x=%00&y=a+b&&z=' }),
    expectUpstream: { requestLine: 'GET $PATH//a/../%2F%2e/b;c=d?x=%00&y=a+b&&z= HTTP/1.1' },
    expectClient: served,
  },
  {
    name: 'an empty query keeps its question mark',
    request: { send: h1([], { line: 'GET $PATH? HTTP/1.1' }) },
    expectUpstream: { requestLine: 'GET $PATH? HTTP/1.1' },
    expectClient: served,
  },
  {
    name: 'a path that begins with two slashes is a path, not a host',
    request: { send: h1([], { line: 'GET //elsewhere.test$PATH HTTP/1.1' }) },
    expectUpstream: { requestLine: 'GET //elsewhere.test$PATH HTTP/1.1', fields: toOwn },
    expectClient: served,
  },
  { name: 'a foreign Host is refused', request: { send: forHost('elsewhere.test') }, expectClient: foreign },
  {
    name: 'a foreign :authority is refused',
    request: h2([], { authority: 'elsewhere.test' }),
    expectClient: foreign,
  },
  {
    name: 'a name that only begins like ours is refused',
    request: { send: forHost(`${PUBLIC_HOST}.elsewhere.test`) },
    expectClient: foreign,
  },
  {
    name: "the API's own name is refused: a client chooses no upstream",
    request: { send: forHost(OWN_API) },
    expectClient: foreign,
  },
  {
    name: "another instance's name is refused",
    request: { send: forHost(`proxy2-us-east-1-fast.${DOMAIN}`) },
    expectClient: foreign,
  },
  {
    name: 'an empty Host is refused',
    request: { send: forHost('') },
    expectUpstream: 'nothing',
    expectClient: foreign,
    orRefused: true,
  },
  {
    name: 'HTTP/1.1 without a Host is refused',
    request: { send: raw(['GET $PATH HTTP/1.1']) },
    expectUpstream: 'nothing',
    expectClient: foreign,
    orRefused: true,
  },
  {
    name: 'HTTP/1.0 without a Host is refused',
    request: { send: raw(['GET $PATH HTTP/1.0']) },
    expectUpstream: 'nothing',
    expectClient: foreign,
    orRefused: true,
  },
  {
    name: 'two Host fields that differ are refused',
    request: { send: h1(['Host: elsewhere.test']) },
    expectUpstream: 'nothing',
    expectClient: foreign,
    orRefused: true,
  },
  {
    name: 'a Host with a path or user in it is refused',
    request: { send: forHost(`${PUBLIC_HOST}@elsewhere.test/`) },
    expectUpstream: 'nothing',
    expectClient: foreign,
    orRefused: true,
  },
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'].map(
    (method): ProxyCase => ({
      name: `${method} is passed on`,
      request: {
        send: h1(method === 'HEAD' ? [] : ['Content-Length: 0'], { line: `${method} $PATH HTTP/1.1` }),
        head: method === 'HEAD',
      },
      expectUpstream: { requestLine: `${method} $PATH HTTP/1.1`, fields: toOwn },
      expectClient: { status: 200 },
    }),
  ),
  ...['TRACE', 'PROPFIND', 'FROBNICATE', 'get'].map(
    (method): ProxyCase => ({
      name: `${method} is refused`,
      request: { send: h1([], { line: `${method} $PATH HTTP/1.1` }) },
      expectUpstream: 'nothing',
      expectClient: { status: 405, reason: 'method-not-allowed' },
      // A parser may know a closed list of methods.
      orRefused: true,
    }),
  ),
  {
    name: 'CONNECT is refused',
    request: { send: raw([`CONNECT ${PUBLIC_HOST}:443 HTTP/1.1`, `Host: ${PUBLIC_HOST}`, 'X-Case: $ID']) },
    expectUpstream: 'nothing',
    expectClient: { status: 405, reason: 'method-not-allowed' },
    orRefused: true,
  },
  {
    name: 'an unknown method over HTTP/2 is refused',
    request: h2([], { method: 'FROBNICATE' }),
    expectUpstream: 'nothing',
    expectClient: { status: 405, reason: 'method-not-allowed' },
    orRefused: true,
  },
  {
    name: 'a request for an upgrade is answered as if it had not asked',
    request: {
      send: h1([
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ]),
    },
    expectUpstream: { ...origin, fields: { ...toOwn, upgrade: null } },
    expectClient: served,
  },
  {
    name: 'an upgrade to h2c is answered as if it had not asked',
    request: {
      send: h1(['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk']),
    },
    expectUpstream: { ...origin, fields: { ...toOwn, upgrade: null, 'http2-settings': null } },
    expectClient: served,
  },
  {
    name: 'plain HTTP is refused',
    request: { plain: true, send: h1() },
    expectClient: { status: 403, reason: 'plain-http' },
  },
  {
    name: 'plain HTTP is redirected where the settings say so',
    world: 'redirecting',
    request: { plain: true, send: h1([], { line: 'GET $PATH?a=b HTTP/1.1' }) },
    expectUpstream: 'nothing',
    expectClient: { status: 308, fields: { location: `https://${PUBLIC_HOST}:8443$PATH?a=b` } },
  },
  {
    name: 'plain HTTP for a foreign host is not redirected',
    world: 'redirecting',
    request: { plain: true, send: forHost('elsewhere.test') },
    expectClient: foreign,
  },
];
