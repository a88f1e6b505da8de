import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { authority, OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { ask, askH2, beginStream, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { startUpstream } from './support/upstream.ts';

it('passes 8 KB of headers', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);
  const headers = { 'x-large': 'x'.repeat(8_000) };

  expect(await ask(edge, { headers })).toMatchObject({ status: 200 });
  expect(await askH2(openSession(edge), { headers })).toMatchObject({ status: 200 });
  expect(upstream.seen.map((seen) => seen.headers['x-large']?.length)).toEqual([8_000, 8_000]);
});

it('refuses more headers than that with 431', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const headers = { 'x-large': 'x'.repeat(9_300) };
  const refused = {
    status: 431,
    headers: {
      'content-type': 'application/problem+json',
      'x-edge-reason': 'head-too-large',
      'x-edge-engine': 'fastify',
    },
  };

  expect(await ask(edge, { headers })).toMatchObject(refused);
  expect(await askH2(openSession(edge), { headers })).toMatchObject(refused);
});

it('refuses a path over the limit with 414', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);

  expect(await ask(edge, { path: `/${'x'.repeat(8_191)}` })).toMatchObject({ status: 200 });
  expect(await ask(edge, { path: `/${'x'.repeat(8_192)}` })).toMatchObject({
    status: 414,
    headers: { 'x-edge-reason': 'target-too-long' },
  });
});

it('passes path and query on as they came', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  for (const path of [
    '/a%20b.js?x=%2F&x=1&&y',
    '/acme.js?',
    '/double//slash',
    '/a;b=1',
    '/?a=b?c',
    '/%',
    '//a/',
    '/../b',
    '/%2e%2e/c',
  ]) {
    await ask(edge, { path });
    expect(upstream.seen.at(-1)?.url).toBe(path);
  }
});

it.each(['TRACE', 'PROPFIND'])('refuses the method %s with 405', async (method) => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge, { method })).toMatchObject({
    status: 405,
    headers: { 'x-edge-reason': 'method-not-allowed', allow: 'GET, HEAD, DELETE, OPTIONS, PATCH, POST, PUT' },
  });
  expect(upstream.seen).toEqual([]);
});

const notAllowed = {
  status: 405,
  headers: {
    'x-edge': 'proxy1-us-east-1-fast',
    'x-edge-reason': 'method-not-allowed',
    allow: 'GET, HEAD, DELETE, OPTIONS, PATCH, POST, PUT',
  },
};

it.each(['TRACE', 'BREW'])('refuses the method %s over HTTP/2, too, and logs it', async (method) => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  expect(await askH2(openSession(edge), { method })).toMatchObject(notAllowed);
  expect(upstream.seen).toEqual([]);
  expect(edge.log.at(-1)).toMatchObject({ event: 'request', method, status: 405 });
});

it('refuses CONNECT over both protocols', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const socket = connect({
    host: '127.0.0.1',
    port: edge.port,
    ca: authority.certificate,
    servername: PUBLIC_HOST,
  });
  socket.write(`CONNECT ${PUBLIC_HOST}:443 HTTP/1.1\r\nHost: ${PUBLIC_HOST}\r\n\r\n`);

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 405 [\s\S]+x-edge: proxy1-us-east-1-fast\r\n/);
  const stream = openSession(edge).request({ ':method': 'CONNECT', ':authority': PUBLIC_HOST });
  const [headers] = await once(stream, 'response');
  expect(headers).toMatchObject({ ':status': 405, 'x-edge-reason': 'method-not-allowed' });
});

it('refuses a request without any Host with 421', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const socket = connect({
    host: '127.0.0.1',
    port: edge.port,
    ca: authority.certificate,
    servername: PUBLIC_HOST,
  });
  socket.write('GET / HTTP/1.1\r\nConnection: close\r\n\r\n');

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 421 [\s\S]+x-edge: proxy1-us-east-1-fast\r\n/);
});

it('judges in the order that both engines agree on', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)], { limits: { clientRate: 1 } });
  const long = `/${'x'.repeat(8_192)}`;
  const reason = async (request: object) => (await ask(edge, request)).headers['x-edge-reason'];

  expect(await reason({ host: 'elsewhere.example', path: long, method: 'TRACE' })).toBe('foreign-host');
  expect(await reason({ path: long, method: 'TRACE' })).toBe('target-too-long');
  expect(await reason({ method: 'TRACE' })).toBe('method-not-allowed');
  for (let count = 0; count < 8; count += 1) await ask(edge);
  expect(await reason({ path: long, method: 'TRACE' })).toBe('rate-limited');
  expect(await reason({ path: '/healthz', method: 'TRACE' })).toBe('method-not-allowed');
});

it('refuses a client that asks too often with 429, but never its health checks', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream], { limits: { clientRate: 1 } });
  for (let count = 0; count < 10; count += 1) expect(await ask(edge)).toMatchObject({ status: 200 });

  const refused = { status: 429, headers: { 'retry-after': '10', 'x-edge-reason': 'rate-limited' } };
  expect(await ask(edge)).toMatchObject(refused);
  expect(await askH2(openSession(edge))).toMatchObject(refused);
  expect(await ask(edge, { path: '/healthz' })).toMatchObject({ status: 200 });
  expect(upstream.seen).toHaveLength(10);
});

it('ends an HTTP/2 client’s streams that bring no body in time, with 408', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) => {
    request.resume().on('end', () => response.end());
  });
  const edge = await startTestEdge([upstream], { timeouts: { client: 0.2 } });
  const stream = beginStream(openSession(edge), {
    method: 'PUT',
    headers: { 'content-length': '2' },
    body: Readable.from(endless()),
  });

  const [headers] = await once(stream, 'response');

  expect(headers).toMatchObject({ ':status': 408, 'x-edge-reason': 'request-timeout' });
});

async function* endless(): AsyncGenerator<string> {
  yield 'x';
  await new Promise(() => {});
}
