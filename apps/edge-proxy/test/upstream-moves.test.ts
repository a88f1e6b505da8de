import { expect, it } from 'vitest';
import { FALLBACK_API, OWN_API } from './support/certificates.ts';
import { ask } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { startUpstream } from './support/upstream.ts';

it('follows an upstream to its new address within the TTL, and loses no request', async () => {
  const before = await startUpstream(OWN_API, (_request, response) => response.end('before'));
  const after = await startUpstream(OWN_API, (_request, response) => response.end('after'), undefined, {
    address: '127.0.0.2',
    port: before.port,
  });
  const edge = await startTestEdge([before], { ttl: 1 });
  expect(await ask(edge)).toMatchObject({ body: 'before' });

  edge.names.records.set(OWN_API, ['127.0.0.2']);
  await eventually(async () => {
    const answer = await ask(edge);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('after');
  });
  const { length } = before.seen;
  await ask(edge);

  expect(before.seen).toHaveLength(length);
  expect(after.checks()).toBeGreaterThan(0);
});

it('judges a check by its whole time, so that a frozen upstream is found out', async () => {
  const own = await startUpstream(OWN_API);
  const edge = await startTestEdge([own, await startUpstream(FALLBACK_API)], {
    checkInterval: 0.05,
    timeouts: { headers: 0.2 },
  });
  await ask(edge);
  own.health = 'drip';

  await eventually(() => expect(edge.log.some(({ msg }) => msg === 'upstream is unhealthy')).toBe(true));
});
