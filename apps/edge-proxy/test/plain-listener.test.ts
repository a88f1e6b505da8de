import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { INSTANCE_HOST, OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { type EdgeOptions, startTestEdge } from './support/edge.ts';
import { startUpstream } from './support/upstream.ts';

async function askPlainly(config: EdgeOptions['config'], path: string, host: string, method = 'GET') {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream], {
    config: { plainBind: { address: '127.0.0.1', port: 0 }, ...config },
  });
  const { port } = edge.plainAddress ?? { port: 0 };
  const asked = request({ host: '127.0.0.1', port, path, method, headers: { host }, agent: false }).end();
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (response === undefined) throw new TypeError('no response');
  expect(upstream.seen).toEqual([]);
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

it.each(['/acme.js', '/healthz'])('refuses plain HTTP for %s', async (path) => {
  const answer = await askPlainly({ plainHttp: 'refuse' }, path, PUBLIC_HOST);

  expect(answer).toMatchObject({
    status: 403,
    headers: {
      'content-type': 'application/problem+json',
      'x-edge-reason': 'plain-http',
      'x-edge-engine': 'fastify',
    },
  });
  expect(JSON.parse(answer.body)).toEqual({ status: 403, title: 'Forbidden', reason: 'plain-http' });
});

it('redirects to https, keeping path and query, and naming the port that clients see', async () => {
  expect(await askPlainly({ plainHttp: 'redirect' }, '/a.js?b=1', `${PUBLIC_HOST}:80`)).toMatchObject({
    status: 308,
    headers: { location: `https://${PUBLIC_HOST}/a.js?b=1` },
  });
  const config = { plainHttp: 'redirect', publicPort: 8443 } as const;
  expect(await askPlainly(config, '/healthz', INSTANCE_HOST, 'PUT')).toMatchObject({
    status: 308,
    headers: { location: `https://${INSTANCE_HOST}:8443/healthz` },
  });
});

it('redirects nobody to a foreign Host', async () => {
  expect(await askPlainly({ plainHttp: 'redirect' }, '/', 'elsewhere.example')).toMatchObject({
    status: 421,
    headers: { 'x-edge-reason': 'foreign-host' },
  });
});
