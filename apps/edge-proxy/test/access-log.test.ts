import { expect, it } from 'vitest';
import { OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { ask } from './support/client.ts';
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
  expect(edge.log.at(-1)).toMatchObject({
    level: 30,
    instance: 'proxy1-us-east-1-fast',
    request: answer.headers['x-request-id'],
    peer: '127.0.0.1',
    protocol: 'HTTP/1.1',
    method: 'GET',
    host: PUBLIC_HOST,
    path: '/v1/accounts/acme/tours/welcome',
    status: 200,
    ms: expect.any(Number),
    upstream: OWN_API,
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
