import { once } from 'node:events';
import { constants } from 'node:http2';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { FALLBACK_API, OWN_API } from './support/certificates.ts';
import { ask, askH2, begin, beginStream, openSession } from './support/client.ts';
import { startTestEdge } from './support/edge.ts';
import { eventually } from './support/eventually.ts';
import { closedPort, startUpstream } from './support/upstream.ts';

const MEBIBYTE = 1_048_576;

it('streams a large response instead of holding it', async () => {
  const chunk = Buffer.alloc(MEBIBYTE, 'x');
  let sent = 0;
  const upstream = await startUpstream(OWN_API, (_request, response) => {
    response.writeHead(200, { 'content-length': 64 * MEBIBYTE });
    Readable.from(
      (function* () {
        for (; sent < 64 * MEBIBYTE; sent += chunk.length) yield chunk;
      })(),
    ).pipe(response);
  });
  const edge = await startTestEdge([upstream]);

  const [response] = await once(begin(edge), 'response');
  let bytes = 0;
  let held = 0;
  for await (const part of response) {
    bytes += part.length;
    held = Math.max(held, sent - bytes);
  }

  expect(bytes).toBe(64 * MEBIBYTE);
  // The system's buffers of two connections are in it. The conformance suite bounds the proxy's own memory.
  expect(held).toBeLessThan(32 * MEBIBYTE);
});

it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('passes the body of a %s on as it is', async (method) => {
  const upstream = await startUpstream(OWN_API, (request, response) => request.pipe(response));
  const edge = await startTestEdge([upstream]);
  const body = '{"steps": [1,  2]}';

  for (const type of ['application/json', 'text/plain; charset=latin1', 'not a type', undefined]) {
    const headers = type === undefined ? {} : { 'content-type': type };
    expect(await ask(edge, { method, headers, body })).toMatchObject({ status: 200, body });
    expect(upstream.seen.at(-1)?.headers['content-type']).toBe(type);
  }
  expect(await ask(edge, { method, body: Readable.from([body]) })).toMatchObject({ status: 200, body });
  expect(await askH2(openSession(edge), { method, body })).toMatchObject({ status: 200, body });
});

it('passes the body of a GET on, and never sends it twice', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) => {
    if (request.url === '/503') response.writeHead(503);
    request.pipe(response);
  });
  const fallback = await startUpstream(FALLBACK_API);
  const edge = await startTestEdge([upstream, fallback]);

  for (const get of [ask.bind(null, edge), askH2.bind(null, openSession(edge))]) {
    expect(await get({ body: 'query' })).toMatchObject({ status: 200, body: 'query' });
    expect(await get({ body: Readable.from(['query']) })).toMatchObject({ status: 200, body: 'query' });
    expect(await get({ path: '/503', body: 'query' })).toMatchObject({ status: 503, body: 'query' });
  }
  expect(fallback.seen).toEqual([]);
  expect(await ask(edge, { body: Buffer.alloc(MEBIBYTE + 1) })).toMatchObject(tooLarge);
});

it('stops reading from the upstream while the client does not read', async () => {
  const chunk = Buffer.alloc(64 * 1_024, 'x');
  let sent = 0;
  const upstream = await startUpstream(OWN_API, (_request, response) => {
    const more = (): void => {
      while (sent < 64 * MEBIBYTE && !response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    more();
  });
  const edge = await startTestEdge([upstream], { timeouts: { body: 0.2 } });
  const request = begin(edge);
  request.on('error', () => {});
  const [response] = await once(request, 'response');
  response.pause();

  // Silence that the client asked for is not the upstream's.
  let before = -1;
  while (sent !== before) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 600));
  }

  expect(sent).toBeLessThan(32 * MEBIBYTE);
  expect(edge.log.some(({ msg }) => msg === 'request')).toBe(false);
  request.destroy();
});

it('passes on a DELETE without a body', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) => response.writeHead(204).end());
  const edge = await startTestEdge([upstream]);

  expect(await ask(edge, { method: 'DELETE' })).toMatchObject({ status: 204, body: '' });
});

it('answers 100-continue itself', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) => request.pipe(response));
  const edge = await startTestEdge([upstream]);

  const answer = await ask(edge, { method: 'PUT', headers: { expect: '100-continue' }, body: 'x' });

  expect(answer).toMatchObject({ status: 200, body: 'x' });
  expect(upstream.seen[0]?.headers).not.toHaveProperty('expect');
});

const tooLarge = { status: 413, headers: { 'x-edge-reason': 'body-too-large' } };

it('refuses a body over the limit with 413, its length told or not', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) => {
    request.resume().on('end', () => response.end());
  });
  const edge = await startTestEdge([upstream]);
  const body = Buffer.alloc(MEBIBYTE + 1);

  expect(await ask(edge, { method: 'PUT', body })).toMatchObject(tooLarge);
  expect(upstream.seen).toEqual([]);
  expect(await ask(edge, { method: 'PUT', body: Readable.from([body]) })).toMatchObject(tooLarge);
  expect(await askH2(openSession(edge), { method: 'PUT', body })).toMatchObject(tooLarge);
  expect(await ask(edge, { method: 'PUT', body: Buffer.alloc(MEBIBYTE) })).toMatchObject({ status: 200 });
});

it('ends an upload over HTTP/2 that it refuses while it goes on', async () => {
  const upstream = await startUpstream(OWN_API, (request) => request.resume());
  const edge = await startTestEdge([upstream]);
  const stream = openSession(edge).request({ ':method': 'PUT', ':path': '/' }, { endStream: false });

  stream.write(Buffer.alloc(MEBIBYTE + 1));
  const [headers] = await once(stream, 'response');
  await once(stream.resume(), 'close');

  expect(headers).toMatchObject({ ':status': 413 });
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
});

it('tells a client with a body in flight that the upstream is gone', async () => {
  const edge = await startTestEdge([{ hostname: OWN_API, port: await closedPort() }]);

  expect(await ask(edge, { method: 'PUT', body: Buffer.alloc(MEBIBYTE) })).toMatchObject({ status: 502 });
});

it('answers HEAD, 204 and 304 without a body, and with the upstream’s length and tag', async () => {
  const upstream = await startUpstream(OWN_API, (request, response) => {
    if (request.url === '/204') response.writeHead(204).end();
    else if (request.headers['if-none-match']) response.writeHead(304, { etag: '"1"' }).end();
    else response.writeHead(200, { etag: '"1"', 'content-length': 5 }).end('hello');
  });
  const edge = await startTestEdge([upstream]);
  const session = openSession(edge);

  for (const get of [ask.bind(null, edge), askH2.bind(null, session)]) {
    const head = await get({ method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { etag: '"1"', 'content-length': '5' } });
    expect(await get({ path: '/204' })).toMatchObject({ status: 204, body: '' });
    const unchanged = await get({ headers: { 'if-none-match': '"1"' } });
    expect(unchanged).toMatchObject({ status: 304, body: '', headers: { etag: '"1"' } });
  }
});

it('leaves an encoded body as it is', async () => {
  const encoded = Buffer.from([0x1f, 0x8b, 8, 0]);
  const upstream = await startUpstream(OWN_API, (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': encoded.length }).end(encoded),
  );
  const edge = await startTestEdge([upstream]);

  const answer = await ask(edge, { headers: { 'accept-encoding': 'gzip' } });

  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': '4' });
  expect(upstream.seen[0]?.headers['accept-encoding']).toBe('gzip');
});

it.each(['before the response', 'within the response'])(
  'ends the work upstream when the client leaves %s',
  async (when) => {
    const left = Promise.withResolvers<void>();
    const upstream = await startUpstream(OWN_API, (_request, response) => {
      response.on('close', () => left.resolve());
      if (when === 'within the response') response.write('x');
    });
    const edge = await startTestEdge([upstream], { timeouts: { headers: 60, attempts: 60, body: 60 } });

    const request = begin(edge);
    request.on('error', () => {});
    if (when === 'within the response') await once(request, 'response');
    else await eventually(() => expect(upstream.seen).toHaveLength(1));
    request.destroy();

    await left.promise;
    await eventually(() =>
      expect(edge.log.find(({ msg }) => msg === 'request')).toMatchObject({ aborted: true }),
    );
  },
);

it('ends the work upstream when an HTTP/2 client resets its stream', async () => {
  const left = Promise.withResolvers<void>();
  const upstream = await startUpstream(OWN_API, (_request, response) => {
    response.on('close', () => left.resolve());
  });
  const edge = await startTestEdge([upstream], { timeouts: { headers: 60, attempts: 60 } });

  const stream = beginStream(openSession(edge));
  stream.on('error', () => {});
  await eventually(() => expect(upstream.seen).toHaveLength(1));
  stream.close(8);

  await left.promise;
});

it('cuts the response where the upstream does', async () => {
  const upstream = await startUpstream(OWN_API, (_request, response) => {
    response.write('partial', () => response.destroy());
  });
  const edge = await startTestEdge([upstream]);

  await expect(ask(edge)).rejects.toThrow('aborted');
  await expect(askH2(openSession(edge))).rejects.toThrow();
});
