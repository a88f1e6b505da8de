import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { authority, OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { ask, askH2, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { startUpstream } from './support/upstream.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const spoofed = {
  forwarded: 'for=6.6.6.6;host=elsewhere.example',
  'x-forwarded-for': '6.6.6.6',
  'x-forwarded-host': 'elsewhere.example',
  'x-forwarded-port': '1',
  'x-forwarded-proto': 'http',
  'x-real-ip': '6.6.6.6',
  'x-request-id': 'mine',
  'x-amzn-trace-id': 'Root=1',
  'x-edge': 'me',
};

it.each([
  ['HTTP/1.1', (edge: { port: number }) => ask(edge, { host: `${PUBLIC_HOST}:8443`, headers: spoofed })],
  [
    'HTTP/2',
    (edge: { port: number }) => askH2(openSession(edge), { host: `${PUBLIC_HOST}:8443`, headers: spoofed }),
  ],
])('rebuilds what the client claims about its way here over %s', async (_protocol, get) => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  const answer = await get(edge);

  const { forwarded, ...headers } = upstream.seen[0]?.headers ?? {};
  expect(forwarded).toBeUndefined();
  expect(headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': PUBLIC_HOST,
    'x-forwarded-proto': 'https',
    'x-request-id': expect.stringMatching(UUID),
  });
  for (const name of ['x-forwarded-port', 'x-real-ip', 'x-amzn-trace-id', 'x-edge']) {
    expect(headers).not.toHaveProperty(name);
  }
  expect(answer.headers).toMatchObject({
    'x-request-id': headers['x-request-id'],
    'x-edge': 'proxy1-us-east-1-fast',
    'x-edge-engine': 'fastify',
  });
});

it('passes no hop-by-hop header of the client on, nor what its Connection header names', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  await ask(edge, {
    headers: {
      connection: 'close, x-secret, x-forwarded-for',
      'x-secret': '1',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic eDp5',
      te: 'trailers',
      'x-kept': '2',
    },
  });

  const headers = upstream.seen[0]?.headers ?? {};
  expect(headers).toMatchObject({ connection: 'keep-alive', 'x-kept': '2', 'x-forwarded-for': '127.0.0.1' });
  for (const name of ['x-secret', 'keep-alive', 'proxy-authorization', 'te']) {
    expect(headers).not.toHaveProperty(name);
  }
});

it('passes no hop-by-hop header of the upstream on, nor a claim to be the edge', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response
      .writeHead(200, {
        connection: 'keep-alive, x-internal',
        'keep-alive': 'timeout=1',
        'x-internal': '1',
        'x-edge': 'forged',
        'x-edge-reason': 'forged',
        'set-cookie': ['a=1', 'b=2'],
      })
      .end(),
  );
  const edge = await startTestEdge([upstream]);

  for (const { headers } of [await ask(edge), await askH2(openSession(edge))]) {
    expect(headers).toMatchObject({ 'set-cookie': ['a=1', 'b=2'], 'x-edge': 'proxy1-us-east-1-fast' });
    expect(headers['connection'] ?? 'close').toBe('close');
    for (const name of ['keep-alive', 'x-internal', 'x-edge-reason'])
      expect(headers).not.toHaveProperty(name);
  }
});

it('takes each of several Connection headers of the upstream', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.writeHead(200, { connection: ['keep-alive', 'x-internal'], 'x-internal': '1' }).end('ok'),
  );
  const edge = await startTestEdge([upstream]);

  const { status, headers } = await ask(edge);

  expect(status).toBe(200);
  expect(headers).not.toHaveProperty('x-internal');
  expect((await askH2(openSession(edge))).status).toBe(200);
});

it('takes each of several Connection headers, whichever way the response goes', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.writeHead(200, { connection: ['keep-alive', 'x-internal'], 'x-internal': '1' }).end('ok'),
  );
  const edge = await startTestEdge([upstream]);
  const session = openSession(edge);

  for (const answer of [
    await askH2(session),
    await askH2(session, { method: 'PUT', body: 'x' }),
    await ask(edge, { method: 'PUT', body: 'x' }),
  ]) {
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('x-internal');
  }
});

const ways = [{ method: 'GET' }, { method: 'PUT', body: 'x' }] as const;

it.each(ways)('says by whom, from where and how fast a $method was answered', async (request) => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.writeHead(200, { via: '1.1 api', 'server-timing': 'db;dur=3' }).end('ok'),
  );
  const edge = await startTestEdge([upstream]);

  const headers = { via: '1.0 cache' };
  for (const get of [ask.bind(null, edge), askH2.bind(null, openSession(edge))]) {
    const answer = await get({ ...request, headers });
    expect(answer.headers).toMatchObject({
      via: '1.1 api, 1.1 proxy1-us-east-1-fast',
      'server-timing': expect.stringMatching(/^db;dur=3, edge;desc="proxy1-us-east-1-fast";dur=\d+(\.\d)?$/),
      'x-edge-upstream': 'us-east-1',
    });
    expect(answer.headers).not.toHaveProperty('x-edge-retried');
  }
  expect(upstream.seen.map((seen) => seen.headers['via'])).toEqual([
    '1.0 cache, 1.1 proxy1-us-east-1-fast',
    '1.0 cache, 2.0 proxy1-us-east-1-fast',
  ]);
});

it.each(ways)('puts the public name where a $method’s response names a region', async (request) => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response
      .writeHead(302, {
        location: `http://${OWN_API.toUpperCase()}:443/next?a=b`,
        'set-cookie': [`a=1; Domain=.${OWN_API}; Secure`, 'b=2; Domain=elsewhere.example', 'c=3'],
      })
      .end(),
  );
  const edge = await startTestEdge([upstream]);
  const other = await startTestEdge([upstream], { config: { publicPort: 8443 } });

  expect((await ask(edge, request)).headers).toMatchObject({
    location: `https://${PUBLIC_HOST}/next?a=b`,
    'set-cookie': [`a=1; Domain=${PUBLIC_HOST}; Secure`, 'b=2; Domain=elsewhere.example', 'c=3'],
  });
  expect((await ask(other, request)).headers['location']).toBe(`https://${PUBLIC_HOST}:8443/next?a=b`);
});

it.each(['/next', 'https://elsewhere.example/next', '//elsewhere.example', 'next?to=https://x.test'])(
  'leaves the location %s as it is',
  async (location) => {
    const upstream = await startUpstream(OWN_API, (_request, response) =>
      response.writeHead(302, { location }).end(),
    );

    expect((await ask(await startTestEdge([upstream]))).headers['location']).toBe(location);
  },
);

it('sends one value of a header that an upstream must not repeat, and joins a list', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.setHeader('etag', ['"a"', '"b"']).setHeader('content-language', ['en', 'de']).end('ok'),
  );
  const edge = await startTestEdge([upstream]);

  for (const { headers } of [await ask(edge), await askH2(openSession(edge))]) {
    expect(headers).toMatchObject({ etag: '"a"', 'content-language': 'en, de' });
  }
});

// B2: reply-from copies the upstream's Connection: keep-alive over the client's close, and the socket stays open.
it('closes the connection of a client that asked for it, whatever the upstream says (B2)', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.writeHead(200, { connection: 'keep-alive', 'keep-alive': 'timeout=60' }).end('ok'),
  );
  const edge = await startTestEdge([upstream]);
  const socket = connect({
    host: '127.0.0.1',
    port: edge.port,
    ca: authority.certificate,
    servername: PUBLIC_HOST,
  });
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });

  socket.write(`GET / HTTP/1.1\r\nHost: ${PUBLIC_HOST}\r\nConnection: close\r\n\r\n`);
  await once(socket, 'end');

  expect(received).toMatch(/^connection: close\r$/im);
  expect(received).not.toMatch(/keep-alive/i);
});

it('keeps the connection of a client that wants to ask again', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [first, second] = [await ask(edge, { agent }), await ask(edge, { agent })];
  agent.destroy();

  expect(first.headers['connection']).toBe('keep-alive');
  expect(second.status).toBe(200);
});
