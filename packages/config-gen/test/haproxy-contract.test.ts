import { connect as http2Connect } from 'node:http2';
import { connect as tlsConnect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { ask, askRaw } from './support/client.ts';
import { type Edge, type EdgeOptions, startEdge } from './support/edge.ts';
import { topologyWith } from './support/topologies.ts';

const two = topologyWith(['us-east-1', 'eu-west-1']);
const name = 'proxy1-us-east-1-fast';

async function healthyEdge(options: Partial<EdgeOptions> = {}): Promise<Edge> {
  const edge = await startEdge({ topology: two, ...options });
  await edge.untilHealth('ok');
  return edge;
}

const raw = (edge: Edge, lines: readonly string[], body = ''): Promise<string> =>
  askRaw({
    to: edge.settings.bind,
    ca: edge.ca,
    sni: 'fast.example.com',
    bytes: `${[...lines, 'Host: fast.example.com', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`,
  });

const requests = (edge: Edge) =>
  edge.log.filter((line) => line.includes('"event":"request"')).map((line) => JSON.parse(line));

describe('a forwarded request', () => {
  it('says by which way it came', async () => {
    const edge = await healthyEdge();
    await edge.ask({ headers: { via: '1.0 fred' } });
    expect(edge.upstreams[0].seen[0]?.headers.via).toBe(`1.0 fred, 1.1 ${name}`);
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])('may be a %s', async (method) => {
    const edge = await healthyEdge();
    expect((await edge.ask({ method })).status).toBe(200);
    expect(edge.upstreams[0].seen).toMatchObject([{ method }]);
  });

  it.each(['TRACE', 'PROPFIND', 'get'])('may not be a %s', async (method) => {
    const edge = await healthyEdge();
    const answer = await raw(edge, [`${method} / HTTP/1.1`]);
    expect(answer).toMatch(/^HTTP\/1.1 405 .*x-edge-reason: method-not-allowed\r\n/s);
    expect(answer).toContain('allow: GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE\r\n');
    expect(edge.upstreams[0].seen).toEqual([]);
  });

  it('is asked for its body when its client waits to be asked', async () => {
    const edge = await healthyEdge();
    const socket = tlsConnect({
      host: edge.settings.bind.address,
      port: 8443,
      ca: edge.ca,
      servername: 'fast.example.com',
    });
    socket.write(
      'PUT / HTTP/1.1\r\nhost: fast.example.com\r\nconnection: close\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
    );
    let answer = '';
    for await (const chunk of socket) {
      answer += chunk;
      if (answer === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('ok');
    }
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
    expect(edge.upstreams[0].seen[0]?.headers).not.toHaveProperty('expect');
  });

  it.each([
    ['NUL in a header', ['GET / HTTP/1.1', 'a: b\0c'], 400],
    ['a carriage return alone', ['GET / HTTP/1.1', 'a: b\rc'], 400],
    ['a space before the colon', ['GET / HTTP/1.1', 'a : b'], 400],
    ['two lengths', ['PUT / HTTP/1.1', 'content-length: 1', 'content-length: 2'], 400],
    ['chunks of HTTP/1.0', ['PUT / HTTP/1.0', 'transfer-encoding: chunked'], 400],
    ['an unknown transfer coding', ['PUT / HTTP/1.1', 'transfer-encoding: gzip, chunked'], 422],
  ])('is refused for %s', async (_what, lines, status) => {
    const edge = await healthyEdge();
    expect(await raw(edge, lines)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(edge.upstreams[0].seen).toEqual([]);
  });

  it('has one framing: chunks win over a length', async () => {
    const edge = await healthyEdge();
    await raw(edge, ['PUT / HTTP/1.1', 'content-length: 6', 'transfer-encoding: chunked'], '0\r\n\r\nG');
    expect(edge.upstreams[0].seen).toHaveLength(1);
    expect(edge.upstreams[0].seen[0]?.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
    expect(edge.upstreams[0].seen[0]?.headers).not.toHaveProperty('content-length');
  });
});

describe('a response', () => {
  it('says who gave it, by which way and how fast', async () => {
    const edge = await healthyEdge();
    edge.upstreams[0].respond((_request, response) => {
      response
        .writeHead(200, { via: '1.1 upstream', 'server-timing': 'db;dur=3', 'x-edge-upstream': 'mine' })
        .end();
    });
    const { headers } = await edge.ask({});
    expect(headers).toMatchObject({ 'x-edge-upstream': 'us-east-1', via: `1.1 upstream, 1.1 ${name}` });
    expect(headers['server-timing']).toMatch(new RegExp(`^db;dur=3, edge;desc="${name}";dur=\\d+$`));
    expect(headers).not.toHaveProperty('x-edge-retried');
  });

  it('says who failed before', async () => {
    const edge = await healthyEdge();
    edge.upstreams[0].respond((_request, response) => void response.writeHead(503).end());
    const { headers } = await edge.ask({});
    expect(headers).toMatchObject({ 'x-edge-upstream': 'eu-west-1', 'x-edge-retried': 'us-east-1' });
    await expect
      .poll(() => requests(edge), { timeout: 10_000 })
      .toMatchObject([{ status: 200, upstream: 'eu-west-1', retried: 'us-east-1', reason: '' }]);
  });

  it('says nothing of an upstream that was not asked, as it was known to be down', async () => {
    const edge = await healthyEdge();
    edge.upstreams[0].close();
    expect((await edge.ask({})).headers).toMatchObject({ 'x-edge-retried': 'us-east-1' });
    const { headers } = await edge.ask({});
    expect(headers).toMatchObject({ 'x-edge-upstream': 'eu-west-1' });
    expect(headers).not.toHaveProperty('x-edge-retried');
  });

  it('is asked for once of each of two upstreams, when both fail', async () => {
    const edge = await healthyEdge();
    for (const upstream of edge.upstreams)
      upstream.respond((_request, response) => void response.writeHead(503).end());
    const { status, headers } = await edge.ask({});
    expect({ status, headers }).toMatchObject({
      status: 503,
      headers: { 'x-edge-upstream': 'eu-west-1', 'x-edge-retried': 'us-east-1' },
    });
    expect(edge.upstreams.map(({ seen }) => seen.length)).toEqual([1, 1]);
  });

  it("of the edge's own claims no upstream", async () => {
    const edge = await healthyEdge();
    for (const upstream of edge.upstreams) upstream.respond((_request, response) => void response.destroy());
    const { status, headers } = await edge.ask({});
    expect([status, headers['x-edge-reason']]).toEqual([502, 'upstream-reset']);
    for (const header of ['x-edge-upstream', 'x-edge-retried', 'server-timing', 'via'])
      expect(headers).not.toHaveProperty(header);
  });

  it.each([
    ['https://us-east-1-fast.example.com/a?b#c', 'https://fast.example.com:8443/a?b#c'],
    ['http://EU-west-1-fast.example.com:443', 'https://fast.example.com:8443'],
    ['/a', '/a'],
    ['https://us-east-1-fast.example.com.evil.test/a', 'https://us-east-1-fast.example.com.evil.test/a'],
    [
      'https://elsewhere.test/?https://us-east-1-fast.example.com/',
      'https://elsewhere.test/?https://us-east-1-fast.example.com/',
    ],
  ])('that redirects to %s redirects visitors to %s', async (location, visible) => {
    const edge = await healthyEdge();
    edge.upstreams[0].respond((_request, response) => void response.writeHead(302, { location }).end());
    expect((await edge.ask({})).headers.location).toBe(visible);
  });

  it("sets cookies for the public name where they were for an API's", async () => {
    const edge = await healthyEdge();
    edge.upstreams[0].respond((_request, response) => {
      response
        .writeHead(200, {
          'set-cookie': [
            'a=b, c; Domain=.us-east-1-fast.example.com; Path=/',
            'c=d; path=/; domain=us-east-1-fast.example.com',
            'e=domain=us-east-1-fast.example.com; Secure',
            'f=g; Domain=example.com',
          ],
        })
        .end();
    });
    expect((await edge.ask({})).headers['set-cookie']).toEqual([
      'a=b, c; Domain=fast.example.com; Path=/',
      'c=d; path=/; domain=fast.example.com',
      'e=domain=us-east-1-fast.example.com; Secure',
      'f=g; Domain=example.com',
    ]);
  });
});

describe('/healthz', () => {
  it('takes GET and HEAD alone', async () => {
    const edge = await healthyEdge();
    expect((await edge.ask({ path: '/healthz', method: 'HEAD' })).status).toBe(200);
    const { status, headers } = await edge.ask({ path: '/healthz', method: 'POST' });
    expect({ status, headers }).toMatchObject({
      status: 405,
      headers: { 'x-edge-reason': 'method-not-allowed', allow: 'GET, HEAD' },
    });
  });
});

describe('a client that asks too often', () => {
  const slow = topologyWith(['us-east-1', 'eu-west-1'], 'edge: { clientRate: 1 }\n');

  it('is told to wait, by a problem of the edge, while health checks are answered', async () => {
    const edge = await healthyEdge({ topology: slow });
    const answers = [];
    for (let count = 0; count < 12; count += 1) answers.push(await edge.ask({}));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(200), 429, 429]);
    expect(answers[10]?.headers).toMatchObject({
      'x-edge-reason': 'rate-limited',
      'retry-after': '10',
      'x-edge': name,
      'content-type': 'application/problem+json',
    });
    expect((await edge.ask({ path: '/healthz' })).status).toBe(200);
    await expect
      .poll(() => requests(edge).at(-1), { timeout: 10_000 })
      .toMatchObject({ status: 429, reason: 'rate-limited', upstream: '', retried: '', msUpstream: -1 });
  });
});

describe('the access log', () => {
  it('has the fields of both engines', async () => {
    const edge = await healthyEdge();
    const { headers } = await edge.ask({ path: '/a?b', method: 'PUT', body: 'x' });
    await expect.poll(() => requests(edge), { timeout: 10_000 }).toHaveLength(1);
    expect(requests(edge)[0]).toMatchObject({
      time: expect.any(Number),
      event: 'request',
      instance: name,
      requestId: headers['x-request-id'],
      client: '127.0.0.1',
      tls: 'TLSv1.3',
      protocol: 'HTTP/1.1',
      method: 'PUT',
      host: 'fast.example.com',
      path: '/a',
      status: 200,
      bytes: expect.any(Number),
      upstream: 'us-east-1',
      retried: '',
      reason: '',
      msUpstream: expect.any(Number),
      msTotal: expect.any(Number),
    });
  });

  it('leaves out what went well when it is sampled, and nothing else', async () => {
    const edge = await healthyEdge({
      topology: topologyWith(['us-east-1', 'eu-west-1'], 'edge: { logSample: 0 }\n'),
    });
    await edge.ask({});
    edge.upstreams[0].respond((_request, response) => void response.writeHead(404).end());
    await edge.ask({});
    edge.upstreams[0].respond((_request, response) => void response.writeHead(503).end());
    await edge.ask({});
    await expect.poll(() => requests(edge), { timeout: 10_000 }).toHaveLength(2);
    expect(requests(edge).map(({ status, retried }) => [status, retried])).toEqual([
      [404, ''],
      [200, 'us-east-1'],
    ]);
  });
});

describe('the admin listener', () => {
  it('has metrics for Prometheus, and nothing else', async () => {
    const edge = await healthyEdge();
    await edge.ask({});
    const at = (path: string) => ask({ to: edge.settings.adminBind, host: 'localhost', path });
    const { status, body } = await at('/metrics');
    expect(status).toBe(200);
    expect(body).toMatch(/^haproxy_frontend_http_responses_total\{proxy="edge",code="2xx"\} [1-9]/m);
    for (const path of ['/', '/config', '/metrics/']) expect((await at(path)).status).toBe(404);
  });
});

it('allows 100 requests at a time on an HTTP/2 connection', async () => {
  const edge = await healthyEdge();
  const session = http2Connect('https://fast.example.com', {
    createConnection: () =>
      tlsConnect({
        host: edge.settings.bind.address,
        port: edge.settings.bind.port,
        ca: edge.ca,
        servername: 'fast.example.com',
        ALPNProtocols: ['h2'],
      }),
  });
  const settings = await new Promise<unknown>((resolve) => session.once('remoteSettings', resolve));
  expect(settings).toMatchObject({ maxConcurrentStreams: 100 });
  session.destroy();
});
