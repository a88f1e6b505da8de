import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { authority, INSTANCE_HOST, OWN_API, PUBLIC_HOST } from './support/certificates.ts';
import { ask, askH2, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { startUpstream } from './support/upstream.ts';

it.each([
  ['HTTP/1.1', (edge: { port: number }) => ask(edge)],
  ['HTTP/2', (edge: { port: number }) => askH2(openSession(edge))],
])('sends the upstream its own name as Host and SNI for an %s client', async (_protocol, get) => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  const answer = await get(edge);

  expect(answer).toMatchObject({ status: 200, body: `hello from ${OWN_API}` });
  expect(upstream.seen).toMatchObject([{ url: '/acme.js', servername: OWN_API, headers: { host: OWN_API } }]);
});

it('serves a client whose SNI is foreign, for Host decides', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge, { servername: 'elsewhere.example' })).toMatchObject({ status: 200 });
  expect(await ask(edge, { servername: '' })).toMatchObject({ status: 200 });
});

it.each([PUBLIC_HOST.toUpperCase(), `${PUBLIC_HOST}:8443`, INSTANCE_HOST])(
  'accepts the Host %s',
  async (host) => {
    const edge = await startTestEdge([await startUpstream(OWN_API)]);

    expect(await ask(edge, { host })).toMatchObject({ status: 200 });
  },
);

it.each([OWN_API, 'elsewhere.example', `${PUBLIC_HOST}.elsewhere.example`, `user@${PUBLIC_HOST}`])(
  'refuses the foreign Host %s with 421',
  async (host) => {
    const upstream = await startUpstream(OWN_API);
    const edge = await startTestEdge([upstream]);

    const answer = await ask(edge, { host });

    expect(answer.status).toBe(421);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-edge-reason': 'foreign-host',
      'x-edge': 'proxy1-us-east-1-fast',
      'x-edge-engine': 'fastify',
    });
    expect(JSON.parse(answer.body)).toEqual({
      status: 421,
      title: 'Misdirected Request',
      reason: 'foreign-host',
    });
    expect(upstream.seen).toEqual([]);
  },
);

it('refuses a foreign authority over HTTP/2 with 421', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);

  expect(await askH2(openSession(edge), { host: 'elsewhere.example' })).toMatchObject({ status: 421 });
});

it('takes the name of an absolute-form target before the Host header', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);
  const send = async (target: string, host: string): Promise<string> => {
    const socket = connect({
      host: '127.0.0.1',
      port: edge.port,
      ca: authority.certificate,
      servername: PUBLIC_HOST,
    });
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return await text(socket);
  };

  expect(await send(`https://${PUBLIC_HOST}/acme.js?a=1`, 'elsewhere.example')).toMatch(/^HTTP\/1.1 200 /);
  expect(await send('https://elsewhere.example/acme.js', PUBLIC_HOST)).toMatch(/^HTTP\/1.1 421 /);
  expect(upstream.seen).toMatchObject([{ url: '/acme.js?a=1', headers: { host: OWN_API } }]);
});
