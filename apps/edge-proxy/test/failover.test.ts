import type { RequestListener } from 'node:http';
import { expect, it } from 'vitest';
import { FALLBACK_API, OWN_API } from './support/certificates.ts';
import { ask } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { closedPort, startUpstream } from './support/upstream.ts';

const failures: readonly (readonly [string, RequestListener])[] = [
  ['hangs up', (request) => request.socket.destroy()],
  ['does not answer in time', () => {}],
  ['answers 502', (_request, response) => response.writeHead(502).end('bad gateway')],
  ['answers 503', (_request, response) => response.writeHead(503).end('throttled')],
  ['answers 504', (_request, response) => response.writeHead(504).end('timeout')],
];

it.each(failures)('moves a GET to the next upstream when the first %s', async (_what, handle) => {
  const own = await startUpstream(OWN_API, handle);
  const fallback = await startUpstream(FALLBACK_API);
  const edge = await startTestEdge([own, fallback], { timeouts: { headers: 1 } });

  expect(await ask(edge)).toMatchObject({
    status: 200,
    body: `hello from ${FALLBACK_API}`,
    headers: { 'x-edge-upstream': 'eu-west-1', 'x-edge-retried': 'us-east-1' },
  });
  expect(fallback.seen).toMatchObject([{ servername: FALLBACK_API, headers: { host: FALLBACK_API } }]);
  expect(edge.log.find(({ msg }) => msg === 'request')).toMatchObject({
    upstream: 'eu-west-1',
    retried: 'us-east-1',
  });
});

it.each(['GET', 'HEAD'])('moves a %s on when the first upstream refuses the connection', async (method) => {
  const fallback = await startUpstream(FALLBACK_API);
  const edge = await startTestEdge([{ hostname: OWN_API, port: await closedPort() }, fallback]);

  expect(await ask(edge, { method })).toMatchObject({ status: 200 });
});

it.each(failures)('never sends a PUT twice when the upstream %s', async (_what, handle) => {
  const own = await startUpstream(OWN_API, handle);
  const fallback = await startUpstream(FALLBACK_API);
  const edge = await startTestEdge([own, fallback], { timeouts: { writeHeaders: 1 } });

  const answer = await ask(edge, { method: 'PUT', path: '/v1/accounts/acme/tours/welcome', body: '{}' });

  expect(answer.status).toBeGreaterThanOrEqual(502);
  expect(own.seen).toHaveLength(1);
  expect(fallback.seen).toEqual([]);
});

it('moves a request once, and passes on what the second upstream says', async () => {
  const answering =
    (status: number): RequestListener =>
    (_request, response) =>
      response.writeHead(status).end();
  const upstreams = [
    await startUpstream(OWN_API, answering(503)),
    await startUpstream(FALLBACK_API, answering(502)),
    await startUpstream(`third-${OWN_API}`),
  ];
  const edge = await startTestEdge(upstreams);

  expect(await ask(edge)).toMatchObject({ status: 502 });
  expect(upstreams.map(({ seen }) => seen.length)).toEqual([1, 1, 0]);
});

it('does not move a response that has begun', async () => {
  const own = await startUpstream(OWN_API, (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('partial', () => response.destroy());
  });
  const fallback = await startUpstream(FALLBACK_API);
  const edge = await startTestEdge([own, fallback]);

  await expect(ask(edge)).rejects.toThrow('aborted');
  expect(fallback.seen).toEqual([]);
});

it('keeps the connection on which an upstream answered 503', async () => {
  const own = await startUpstream(OWN_API, (_request, response) => response.writeHead(503).end('throttled'));
  const edge = await startTestEdge([own, await startUpstream(FALLBACK_API)]);
  await eventually(() => expect(own.checks()).toBe(1));

  for (let count = 0; count < 5; count += 1) expect(await ask(edge)).toMatchObject({ status: 200 });

  expect(own.connections()).toBeLessThanOrEqual(2);
});

it('checks an upstream at once when a request failed there, and leaves it out when the checks fail too', async () => {
  const own = await startUpstream(OWN_API, (request) => request.socket.destroy());
  const edge = await startTestEdge([own, await startUpstream(FALLBACK_API)]);
  await eventually(() => expect(own.checks()).toBe(1));
  own.health = 500;

  expect(await ask(edge)).toMatchObject({ status: 200 });
  await eventually(() => expect(edge.log.some(({ msg }) => msg === 'upstream is unhealthy')).toBe(true));
  const before = own.seen.length;
  expect(await ask(edge)).toMatchObject({ status: 200 });

  expect(own.seen).toHaveLength(before);
});

it('answers with the first failure once the retry budget is spent', async () => {
  const own = await startUpstream(OWN_API, (_request, response) => response.writeHead(503).end());
  const edge = await startTestEdge([own, await startUpstream(FALLBACK_API)], { config: { retryBudget: 0 } });

  expect(await ask(edge)).toMatchObject({ status: 503, headers: { 'x-edge-upstream': 'us-east-1' } });
});

it('asks an upstream that keeps failing requests last, though its checks go well', async () => {
  const own = await startUpstream(OWN_API, (_request, response) => response.writeHead(503).end());
  const edge = await startTestEdge([own, await startUpstream(FALLBACK_API)]);
  for (let count = 0; count < 3; count += 1) await ask(edge);

  const { headers } = await ask(edge);

  expect(headers['x-edge-upstream']).toBe('eu-west-1');
  expect(headers).not.toHaveProperty('x-edge-retried');
  expect(edge.log.some(({ msg }) => msg === 'upstream is suspect')).toBe(true);
  await eventually(() => expect(edge.log.some(({ msg }) => msg === 'upstream is healthy again')).toBe(true));
});

it('leaves an upstream alone that stopped answering, before the first request there has timed out', async () => {
  const own = await startUpstream(OWN_API, () => {});
  const edge = await startTestEdge([own, await startUpstream(FALLBACK_API)], {
    timeouts: { headers: 20, attempts: 30 },
  });
  const stuck = [1, 2, 3].map(() => ask(edge));
  await eventually(() => expect(own.seen).toHaveLength(3));

  await eventually(() => expect(edge.log.some(({ msg }) => msg === 'upstream is suspect')).toBe(true));

  expect((await ask(edge)).headers['x-edge-upstream']).toBe('eu-west-1');
  await own.close();
  expect((await Promise.all(stuck)).map(({ status }) => status)).toEqual([200, 200, 200]);
});
