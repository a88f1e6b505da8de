import { describe, expect, it } from 'vitest';
import { askHttp2, askRaw } from './support/client.ts';
import { startEdge } from './support/edge.ts';
import { topologyWith } from './support/topologies.ts';

const topology = topologyWith(['us-east-1', 'eu-west-1']);
const ownApi = 'us-east-1-fast.example.com';

async function healthyEdge(settings: Parameters<typeof startEdge>[0]['settings'] = {}) {
  const edge = await startEdge({ topology, settings });
  await edge.untilHealth('ok');
  return edge;
}

describe('a request', () => {
  it("reaches the own region's API with its Host and SNI", async () => {
    const edge = await healthyEdge();
    const { status, body, headers } = await edge.ask({ path: '/acme.js?v=1' });
    expect({ status, body }).toEqual({ status: 200, body: 'us-east-1' });
    expect(headers).toMatchObject({ 'x-edge': 'proxy1-us-east-1-fast', 'x-edge-engine': 'haproxy' });
    const [seen] = edge.upstreams[0].seen;
    expect(seen).toMatchObject({ method: 'GET', target: '/acme.js?v=1', sni: ownApi });
    expect(seen?.headers).toMatchObject({ host: ownApi, 'x-request-id': headers['x-request-id'] });
  });

  it('is taken over HTTP/2', async () => {
    const edge = await healthyEdge();
    const { status, body } = await askHttp2({
      to: edge.settings.bind,
      ca: edge.ca,
      host: 'fast.example.com',
      path: '/acme.js',
    });
    expect({ status, body }).toEqual({ status: 200, body: 'us-east-1' });
    expect(edge.upstreams[0].seen).toMatchObject([
      { target: '/acme.js', sni: ownApi, headers: { host: ownApi } },
    ]);
  });

  it.each([
    'fast.example.com',
    'FAST.example.com:8443',
    'proxy-us-east-1-fast.example.com',
    'proxy1-us-east-1-fast.example.com',
  ])('is taken for %s', async (host) => {
    const edge = await healthyEdge();
    expect((await edge.ask({ host })).status).toBe(200);
    expect(edge.upstreams[0].seen[0]?.headers['x-forwarded-host']).toBe(
      host.toLowerCase().replace(':8443', ''),
    );
  });

  it.each([ownApi, 'proxy2-us-east-1-fast.example.com', 'example.com', 'fast.example.com.evil.test', ''])(
    'is refused for the Host %j',
    async (host) => {
      const edge = await healthyEdge();
      const { status, headers, body } = await edge.ask({ host, sni: 'fast.example.com' });
      expect({ status, type: headers['content-type'], reason: headers['x-edge-reason'] }).toEqual({
        status: 421,
        type: 'application/problem+json',
        reason: 'foreign-host',
      });
      expect(JSON.parse(body)).toEqual({ status: 421, title: 'Misdirected Request', reason: 'foreign-host' });
      expect(edge.upstreams[0].seen).toEqual([]);
    },
  );

  it('says who its client is, whatever the client says', async () => {
    const edge = await healthyEdge();
    await edge.ask({
      headers: {
        forwarded: 'for=6.6.6.6',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-port': '1',
        'x-real-ip': '6.6.6.6',
        'x-request-id': 'mine',
        'x-amzn-trace-id': 'mine',
        'x-edge-reason': 'mine',
        'x-kept': 'yes',
      },
    });
    const { headers = {} } = edge.upstreams[0].seen[0] ?? {};
    expect(Object.keys(headers).sort()).toEqual([
      'host',
      'via',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'x-kept',
      'x-request-id',
    ]);
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https' });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['an absolute target', 'GET https://fast.example.com/a?b HTTP/1.1', '/a?b'],
    ['an absolute target without a path', 'GET https://fast.example.com HTTP/1.1', '/'],
    ['OPTIONS of the server', 'OPTIONS * HTTP/1.1', '*'],
  ])('has an origin-form target upstream: %s', async (_what, requestLine, target) => {
    const edge = await healthyEdge();
    await askRaw({
      to: edge.settings.bind,
      ca: edge.ca,
      sni: 'fast.example.com',
      bytes: `${requestLine}\r\nHost: fast.example.com\r\nConnection: close\r\n\r\n`,
    });
    expect(edge.upstreams[0].seen).toMatchObject([{ target, headers: { host: ownApi } }]);
  });

  it('is answered as if it had not asked for an upgrade', async () => {
    const edge = await healthyEdge();
    const answer = await askRaw({
      to: edge.settings.bind,
      ca: edge.ca,
      sni: 'fast.example.com',
      bytes: [
        'GET /ws HTTP/1.1',
        'Host: fast.example.com',
        'Connection: upgrade, close',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        '\r\n',
      ].join('\r\n'),
    });
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(edge.upstreams[0].seen[0]?.headers).not.toHaveProperty('upgrade');
    expect(edge.upstreams[0].seen[0]?.headers).not.toHaveProperty('connection');
  });

  it.each([
    ['a target over 8 KB', { path: `/${'a'.repeat(8192)}` }, 414, 'target-too-long'],
    ['a head over 9 KB', { headers: { a: 'a'.repeat(9216) } }, 431, 'head-too-large'],
    ['a body over 1 MiB', { method: 'PUT', headers: { 'content-length': '1048577' } }, 413, 'body-too-large'],
    ['TRACE', { method: 'TRACE' }, 405, 'method-not-allowed'],
  ])('is refused: %s', async (_what, request, status, reason) => {
    const edge = await healthyEdge();
    const answer = await edge.ask(request);
    expect([answer.status, answer.headers['x-edge-reason']]).toEqual([status, reason]);
    expect(edge.upstreams[0].seen).toEqual([]);
  });

  it('shares a connection to the upstream with others', async () => {
    const edge = await healthyEdge();
    for (let count = 0; count < 10; count += 1) await edge.ask({});
    expect(edge.upstreams[0].seen).toHaveLength(10);
    expect(edge.upstreams[0].connections()).toBe(1);
  });

  it('may have 8 KB of headers', async () => {
    const edge = await healthyEdge();
    expect((await edge.ask({ headers: { a: 'a'.repeat(8192) } })).status).toBe(200);
  });
});

it("passes a response on without the upstream's connection headers, and without its claims about the edge", async () => {
  const edge = await healthyEdge();
  edge.upstreams[0].respond((_request, response) => {
    response
      .writeHead(404, {
        connection: 'keep-alive',
        'keep-alive': 'timeout=5',
        'x-edge-reason': 'mine',
        'x-edge': 'mine',
        'x-kept': 'yes',
      })
      .end('not here');
  });
  const { status, headers, body } = await edge.ask({ headers: { connection: 'keep-alive' } });
  expect({ status, body }).toEqual({ status: 404, body: 'not here' });
  expect(headers).toMatchObject({ 'x-edge': 'proxy1-us-east-1-fast', 'x-kept': 'yes' });
  for (const name of ['keep-alive', 'connection', 'x-edge-reason']) expect(headers).not.toHaveProperty(name);
});

describe('the plain listener', () => {
  it('refuses', async () => {
    const edge = await healthyEdge();
    const answer = await edge.askPlain({ path: '/acme.js' });
    expect([answer.status, answer.headers['x-edge-reason']]).toEqual([403, 'plain-http']);
    expect(edge.upstreams[0].seen).toEqual([]);
  });

  it.each([
    [8443, 'https://fast.example.com:8443/acme.js?a=b'],
    [443, 'https://fast.example.com/acme.js?a=b'],
  ])('redirects to port %i', async (publicPort, location) => {
    const edge = await healthyEdge({ plainHttp: 'redirect', publicPort });
    const answer = await edge.askPlain({ path: '/acme.js?a=b' });
    expect([answer.status, answer.headers.location]).toEqual([308, location]);
    expect((await edge.askPlain({ host: 'evil.test' })).status).toBe(421);
  });

  it('is absent when it is not asked for', async () => {
    const edge = await healthyEdge({ plainBind: null });
    expect((await edge.ask({})).status).toBe(200);
  });
});

it('logs each request as one line of JSON', async () => {
  const edge = await healthyEdge();
  await edge.ask({ path: '/"quoted"?secret' });
  await edge.ask({ path: `/${'"'.repeat(2000)}`, host: 'a'.repeat(5000), sni: 'fast.example.com' });
  const lines = () => edge.log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  await expect.poll(lines, { timeout: 10_000 }).toMatchObject([
    {
      event: 'request',
      method: 'GET',
      path: '/"quoted"',
      host: 'fast.example.com',
      status: 200,
      upstream: 'us-east-1',
      retries: '0',
    },
    { event: 'request', status: 421 },
  ]);
});
