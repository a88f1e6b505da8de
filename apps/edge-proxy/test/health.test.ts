import { expect, it } from 'vitest';
import { FALLBACK_API, INSTANCE_HOST, OWN_API } from './support/certificates.ts';
import { ask, askH2, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { startUpstream } from './support/upstream.ts';

const state = (status: string) => ({
  status,
  instance: INSTANCE_HOST,
  region: 'us-east-1',
  engine: 'fastify',
});

it('answers its own health check while an upstream is healthy', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  const answer = await ask(edge, { path: '/healthz' });

  expect(answer).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'no-store', 'x-edge': 'proxy1-us-east-1-fast', 'x-edge-engine': 'fastify' },
  });
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(JSON.parse(answer.body)).toEqual(state('ok'));
  expect(await ask(edge, { path: '/healthz', method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  expect(await askH2(openSession(edge), { path: '/healthz', host: INSTANCE_HOST })).toMatchObject({
    status: 200,
  });
  expect(upstream.seen).toEqual([]);
});

it('answers no health check for a foreign Host, nor another method', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);

  expect(await ask(edge, { path: '/healthz', host: OWN_API })).toMatchObject({ status: 421 });
  expect(await ask(edge, { path: '/healthz', method: 'POST', body: 'x' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
});

it('stays healthy while only a fallback is, and turns to 503 when none is', async () => {
  const own = await startUpstream(OWN_API);
  const fallback = await startUpstream(FALLBACK_API);
  const edge = await startTestEdge([own, fallback], { checkInterval: 0.02 });

  own.health = 500;
  await eventually(async () => expect((await ask(edge)).body).toBe(`hello from ${FALLBACK_API}`));
  expect(await ask(edge, { path: '/healthz' })).toMatchObject({ status: 200 });
  fallback.health = 500;

  await eventually(async () => {
    const answer = await ask(edge, { path: '/healthz' });
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toEqual(state('no-healthy-upstream'));
  });
});

it('counts a new upstream as healthy until its checks have failed', async () => {
  const upstream = await startUpstream(OWN_API);
  upstream.health = 500;
  const edge = await startTestEdge([upstream], { checkInterval: 60 });

  expect(await ask(edge)).toMatchObject({ status: 200 });
  await eventually(async () => expect(await ask(edge)).toMatchObject({ status: 503 }));
  expect(upstream.checks()).toBe(2);
});

it('says that it is draining, and serves on', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);

  edge.drain();

  const answer = await ask(edge, { path: '/healthz' });
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body)).toEqual(state('draining'));
  expect(await ask(edge)).toMatchObject({ status: 200, headers: { connection: 'close' } });
});
