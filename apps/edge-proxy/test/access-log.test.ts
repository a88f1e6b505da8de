import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { authority, OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { ask, askH2, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { closedPort, startUpstream } from './support/upstream.ts';

it('writes one line for each request, without any secret of the client', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);

  const answer = await ask(edge, {
    path: '/v1/accounts/acme/tours/welcome?token=secret-query',
    headers: { authorization: 'Bearer secret-key', cookie: 'session=secret-cookie' },
  });

  await eventually(() => expect(edge.log.filter(({ msg }) => msg === 'request')).toHaveLength(1));
  expect(edge.log.at(-1)).toEqual({
    level: 30,
    time: expect.any(Number),
    event: 'request',
    instance: 'proxy1-us-east-1-fast',
    requestId: answer.headers['x-request-id'],
    client: '127.0.0.1',
    tls: 'TLSv1.3',
    protocol: 'HTTP/1.1',
    method: 'GET',
    host: PUBLIC_HOST,
    path: '/v1/accounts/acme/tours/welcome',
    status: 200,
    bytes: answer.body.length,
    upstream: 'us-east-1',
    retried: '',
    reason: '',
    msUpstream: expect.any(Number),
    msTotal: expect.any(Number),
    msg: 'request',
  });
  expect(JSON.stringify(edge.log)).not.toContain('secret');
});

it('says why a request failed', async () => {
  const edge = await startTestEdge([{ hostname: OWN_API, port: await closedPort() }]);

  await ask(edge);

  await eventually(() =>
    expect(edge.log.filter(({ msg }) => msg === 'request')).toMatchObject([
      { status: 502, reason: 'upstream-unreachable', error: expect.stringContaining('ECONNREFUSED') },
    ]),
  );
});

it('names the protocol of an HTTP/2 request, and the TLS version of its connection', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);

  await askH2(openSession(edge));

  await eventually(() =>
    expect(edge.log.find(({ msg }) => msg === 'request')).toMatchObject({
      client: '127.0.0.1',
      tls: 'TLSv1.3',
      protocol: 'HTTP/2.0',
      host: PUBLIC_HOST,
    }),
  );
});

it('samples what went well, and leaves out health checks that did, but nothing else', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) =>
    response.writeHead(request.url === '/gone' ? 404 : 200).end(),
  );
  const edge = await startTestEdge([upstream], { config: { logSample: 0 } });

  for (const path of ['/acme.js', '/healthz', '/gone']) await ask(edge, { path });
  await ask(edge, { path: '/healthz', method: 'PUT' });

  await eventually(() =>
    expect(edge.log.filter(({ msg }) => msg === 'request')).toMatchObject([
      { path: '/gone', status: 404 },
      { path: '/healthz', status: 405, reason: 'method-not-allowed' },
    ]),
  );
});

it('logs what never became a request', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const socket = connect({
    host: '127.0.0.1',
    port: edge.port,
    ca: authority.certificate,
    servername: PUBLIC_HOST,
  });
  socket.end('GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n');

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 /);
  expect(edge.log.find(({ msg }) => msg === 'request')).toMatchObject({
    client: '127.0.0.1',
    tls: 'TLSv1.3',
    method: '',
    status: 400,
    reason: 'bad-request',
    error: expect.any(String),
  });
});
