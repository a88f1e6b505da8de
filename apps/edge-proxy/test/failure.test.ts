import { createCertificateAuthority, issueCertificate } from '@isochrone/dev-ca';
import { expect, it } from 'vitest';
import { authority, FALLBACK_API, OWN_API } from './support/certificates.ts';
import { ask, askH2, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { closedPort, startRawUpstream, startUpstream } from './support/upstream.ts';

const problem = (status: number, title: string, reason: string) => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'x-edge-reason': reason },
  body: JSON.stringify({ status, title, reason }),
});

const DAY = 86_400_000;
const stranger = await createCertificateAuthority({ commonName: 'a stranger' });

it.each([
  ['for another name', () => issueCertificate(authority, { hostnames: [FALLBACK_API] })],
  ['of an untrusted authority', () => issueCertificate(stranger, { hostnames: [OWN_API] })],
  [
    'that has expired',
    () =>
      issueCertificate(authority, {
        hostnames: [OWN_API],
        notBefore: new Date(Date.now() - 3 * DAY),
        notAfter: new Date(Date.now() - DAY),
      }),
  ],
])('refuses an upstream with a certificate %s', async (_what, certificate) => {
  const upstream = await startUpstream(OWN_API, undefined, await certificate());
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge)).toMatchObject(problem(502, 'Bad Gateway', 'upstream-unreachable'));
  expect(upstream.seen).toEqual([]);
});

// B5: reply-from makes 500 of these.
it('answers 502 where the upstream refuses the connection', async () => {
  const edge = await startTestEdge([{ hostname: OWN_API, port: await closedPort() }]);

  expect(await ask(edge)).toMatchObject(problem(502, 'Bad Gateway', 'upstream-unreachable'));
});

it('answers 502 where the upstream’s name does not resolve', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);
  edge.names.records.delete(OWN_API);
  const gone = await startTestEdge([{ hostname: `gone-${OWN_API}`, port: upstream.port }]);
  gone.names.records.clear();

  expect(await ask(gone)).toMatchObject(problem(502, 'Bad Gateway', 'upstream-unreachable'));
});

it.each([
  ['before the TLS handshake', 0],
  ['within it', 1],
])('answers 502 where the upstream hangs up %s', async (_when, bytes) => {
  const upstream = await startRawUpstream(OWN_API, (socket) => {
    if (bytes === 0) socket.resetAndDestroy();
    else socket.once('data', () => socket.resetAndDestroy());
  });
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge)).toMatchObject(problem(502, 'Bad Gateway', 'upstream-reset'));
});

it('answers 502 where the upstream hangs up instead of answering', async () => {
  const upstream = await startUpstream(OWN_API, (request) => request.socket.destroy());
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge)).toMatchObject(problem(502, 'Bad Gateway', 'upstream-reset'));
  expect(await askH2(openSession(edge), { method: 'POST', body: 'x' })).toMatchObject({ status: 502 });
});

it('answers 504 where the upstream does not answer in time', async () => {
  const upstream = await startUpstream(OWN_API, () => {});
  const edge = await startTestEdge([upstream], { timeouts: { headers: 0.2, writeHeaders: 0.3 } });

  expect(await ask(edge)).toMatchObject(problem(504, 'Gateway Timeout', 'upstream-timeout'));
  expect(await ask(edge, { method: 'PUT', body: 'x' })).toMatchObject({ status: 504 });
});

it('answers 504 where the upstream does not finish the handshake in time', async () => {
  const edge = await startTestEdge([await startRawUpstream(OWN_API, () => {})], {
    timeouts: { connect: 0.2 },
  });

  expect(await ask(edge)).toMatchObject(problem(504, 'Gateway Timeout', 'upstream-timeout'));
});

it('answers 504 once all attempts together took too long', async () => {
  const silent = [await startUpstream(OWN_API, () => {}), await startUpstream(FALLBACK_API, () => {})];
  const edge = await startTestEdge(silent, { timeouts: { headers: 5, attempts: 0.3 } });

  expect(await ask(edge)).toMatchObject(problem(504, 'Gateway Timeout', 'upstream-timeout'));
});

it('answers 503 while no upstream is healthy, and serves again once one is', async () => {
  const upstream = await startUpstream(OWN_API);
  upstream.health = 500;
  const edge = await startTestEdge([upstream], { checkInterval: 0.02 });

  await eventually(async () =>
    expect(await ask(edge)).toMatchObject(problem(503, 'Service Unavailable', 'no-healthy-upstream')),
  );
  upstream.health = 200;
  await eventually(async () => expect(await ask(edge)).toMatchObject({ status: 200 }));
});

// B4: reply-from asks up to ten times, waiting in between.
it('passes the 503 of an only upstream on at once (B4)', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.writeHead(503, { 'retry-after': '7' }).end('throttled'),
  );
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge)).toMatchObject({ status: 503, body: 'throttled', headers: { 'retry-after': '7' } });
  expect(upstream.seen).toHaveLength(1);
});
