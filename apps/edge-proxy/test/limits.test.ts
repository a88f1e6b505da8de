import { expect, it } from 'vitest';
import { OWN_API } from './support/certificates.ts';
import { ask, askH2, openSession } from './support/client.ts';
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

it.each(['/%', '//elsewhere.example/', '/../secret', '/a/%2e%2e/b'])(
  'refuses the path %s with 400',
  async (path) => {
    const upstream = await startUpstream(OWN_API);
    const edge = await startTestEdge([upstream]);

    expect(await ask(edge, { path })).toMatchObject({
      status: 400,
      headers: { 'x-edge-reason': 'bad-request' },
    });
    expect(upstream.seen).toEqual([]);
  },
);

it('passes path and query on as they came', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  for (const path of ['/a%20b.js?x=%2F&x=1&&y', '/acme.js?', '/double//slash', '/a;b=1', '/?a=b?c']) {
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
