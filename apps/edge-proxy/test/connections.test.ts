import { once } from 'node:events';
import { Agent } from 'node:https';
import { connect } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../src/app.ts';
import { readMaterials } from '../src/materials.ts';
import { authority, OWN_API, PUBLIC_HOST, temporaryFolder, writeMaterials } from './support/certificates.ts';
import { ask, askH2, begin, beginStream, openSession, refused } from './support/client.ts';
import { edgeConfig, startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { goawayCode, PREFACE, requestFrame, resetFrame, settings } from './support/http2-frames.ts';
import { startUpstream } from './support/upstream.ts';

it('lets a request in flight finish when it stops, and accepts nobody new', async () => {
  const held = Promise.withResolvers<() => void>();
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    held.resolve(() => response.end('done')),
  );
  const edge = await startTestEdge([upstream]);
  const inFlight = ask(edge);
  const finish = await held.promise;

  const closed = edge.close();
  await refused(edge);
  finish();

  expect(await inFlight).toMatchObject({ status: 200, body: 'done', headers: { connection: 'close' } });
  await closed;
});

it('lets an HTTP/2 request in flight finish when it stops', async () => {
  const held = Promise.withResolvers<() => void>();
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    held.resolve(() => response.end('done')),
  );
  const edge = await startTestEdge([upstream]);
  const session = openSession(edge);
  const inFlight = askH2(session);
  const finish = await held.promise;

  const goaway = once(session, 'goaway');
  const closed = edge.close();
  await goaway;
  finish();

  expect(await inFlight).toMatchObject({ status: 200, body: 'done' });
  await closed;
});

it('closes idle connections when it stops', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await ask(edge, { agent });
  const session = openSession(edge);
  await askH2(session);

  await Promise.all([edge.close(), once(session, 'close')]);
});

it('asks the client of an old HTTP/1.1 connection to open another', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)], { config: { maxConnectionAge: 0.05 } });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());

  expect((await ask(edge, { agent })).headers['connection']).toBe('keep-alive');
  await eventually(async () => expect((await ask(edge, { agent })).headers['connection']).toBe('close'));
  expect((await ask(edge, { agent })).status).toBe(200);
});

it('sends an old HTTP/2 session away, and finishes what it began', async () => {
  const held = Promise.withResolvers<() => void>();
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    held.resolve(() => response.end('done')),
  );
  const edge = await startTestEdge([upstream], { config: { maxConnectionAge: 0.05 } });
  const session = openSession(edge);
  const inFlight = askH2(session);
  const finish = await held.promise;

  await once(session, 'goaway');
  finish();

  expect(await inFlight).toMatchObject({ status: 200, body: 'done' });
});

// B1: without it a first HTTP/1.1 response waits for the client's delayed ACK, 40 ms, where the kernel delays ACKs.
it('sets TCP_NODELAY on its visitors’ connections (B1)', async () => {
  const upstream = await startUpstream(OWN_API);
  const config = edgeConfig([upstream], writeMaterials(temporaryFolder()), 'system');
  const read = readMaterials(config);
  if (!read.ok) throw read.problems[0];
  const { app } = buildApp(config, read.materials, { level: 'silent' });
  onTestFinished(() => app.close());

  expect(Reflect.get(app.server, 'noDelay')).toBe(true);
});

it('speaks TLS 1.2 and 1.3 and nothing older, and lets ALPN choose the protocol', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)]);
  const handshake = async (options: object) => {
    const socket = connect({
      host: '127.0.0.1',
      port: edge.port,
      ca: authority.certificate,
      servername: PUBLIC_HOST,
      ...options,
    });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return [socket.getProtocol(), socket.alpnProtocol];
  };

  expect(await handshake({ ALPNProtocols: ['h2', 'http/1.1'] })).toEqual(['TLSv1.3', 'h2']);
  expect(await handshake({ ALPNProtocols: ['http/1.1'], maxVersion: 'TLSv1.2' })).toEqual([
    'TLSv1.2',
    'http/1.1',
  ]);
  expect(await handshake({})).toEqual(['TLSv1.3', false]);
  await expect(
    handshake({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  ).rejects.toThrow();
});

it('answers an upgrade as an ordinary request', async () => {
  const upstream = await startUpstream(OWN_API);
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge, { headers: { connection: 'upgrade', upgrade: 'websocket' } })).toMatchObject({
    status: 200,
  });
  expect(upstream.seen[0]?.headers).not.toHaveProperty('upgrade');
});

it('cuts a client that falls silent within its request', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) => {
    request.resume().on('end', () => response.end());
  });
  const edge = await startTestEdge([upstream], { timeouts: { client: 0.2 } });
  const request = begin(edge, { method: 'PUT', headers: { 'content-length': 10 }, body: '1' });

  const [error] = await once(request, 'error');

  expect(error).toMatchObject({ code: 'ECONNRESET' });
});

it('answers 408 where the headers do not come in time', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)], { timeouts: { request: 1 } });
  const socket = connect({
    host: '127.0.0.1',
    port: edge.port,
    ca: authority.certificate,
    servername: PUBLIC_HOST,
  });
  onTestFinished(() => void socket.destroy());
  socket.write('GET / HTTP/1.1\r\n');

  const [answer] = await once(socket.setEncoding('utf8'), 'data');

  expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]+x-edge-reason: request-timeout\r\n/);
});

it('leaves HTTP/2 sessions open while a stream is in flight', async () => {
  const upstream = await startUpstream(
    OWN_API,
    (_request, response) => void setTimeout(() => response.end('late'), 400),
  );
  const edge = await startTestEdge([upstream], { timeouts: { client: 0.1 } });

  const stream = beginStream(openSession(edge));
  const [headers] = await once(stream, 'response');

  expect(headers[':status']).toBe(200);
});

// CVE-2023-44487
it('ends an HTTP/2 session that resets its streams as fast as it opens them', async () => {
  const upstream = await startUpstream(OWN_API, () => {});
  const edge = await startTestEdge([upstream]);
  const socket = connect({
    host: '127.0.0.1',
    port: edge.port,
    ca: authority.certificate,
    servername: PUBLIC_HOST,
    ALPNProtocols: ['h2'],
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const received: Buffer[] = [];
  socket.on('data', (data: Buffer) => received.push(data));
  const ended = new Promise((resolve) => socket.once('close', resolve));

  const fields = [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', PUBLIC_HOST],
    [':path', '/'],
  ] as const;
  const flood = Array.from({ length: 400 }, (_, index) => index * 2 + 1).flatMap((stream) => [
    requestFrame(stream, fields),
    resetFrame(stream, 8),
  ]);
  socket.write(Buffer.concat([PREFACE, settings(), ...flood]));
  await ended;

  // INTERNAL_ERROR is how nghttp2 puts it.
  expect(goawayCode(Buffer.concat(received))).toBe(2);
  expect(await ask(edge, { path: '/healthz' })).toMatchObject({ status: 200 });
});

it('accepts no more connections than its limit, and as many again once they end', async () => {
  const edge = await startTestEdge([await startUpstream(OWN_API)], { limits: { connections: 2 } });
  const [first, second] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
  onTestFinished(() => {
    first.destroy();
    second.destroy();
  });

  expect((await ask(edge, { agent: first })).status).toBe(200);
  expect((await ask(edge, { agent: second })).status).toBe(200);
  await expect(ask(edge)).rejects.toThrow();
  first.destroy();

  await eventually(async () => expect((await ask(edge)).status).toBe(200));
});
