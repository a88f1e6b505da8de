import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { createConnection } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { authority, PUBLIC_HOST } from './certificates.ts';
import { eventually } from './eventually.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly servername?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | Readable;
  readonly agent?: Agent;
}

type Target = { readonly port: number };

/** Begins an HTTP/1.1 request, on a connection of its own unless there is an agent. */
export function begin(edge: Target, ask: Ask = {}): ClientRequest {
  const { method = 'GET', path = '/acme.js', host = PUBLIC_HOST, servername = PUBLIC_HOST } = ask;
  const { body } = ask;
  const whole = typeof body === 'string' || Buffer.isBuffer(body);
  // Node's client frames no body of a DELETE by itself.
  const framing = whole
    ? { 'content-length': Buffer.byteLength(body) }
    : body === undefined
      ? {}
      : { 'transfer-encoding': 'chunked' };
  const request = httpsRequest({
    host: '127.0.0.1',
    port: edge.port,
    method,
    path,
    servername,
    ca: authority.certificate,
    headers: { host, ...framing, ...ask.headers },
    agent: ask.agent ?? new Agent({ keepAlive: false }),
    // The certificate names no foreign SNI. (With this option an agent keeps no connection.)
    ...(servername === PUBLIC_HOST ? {} : { checkServerIdentity: () => undefined }),
  });
  if (whole || body === undefined) request.end(body);
  else body.pipe(request);
  return request;
}

/** Asks over HTTP/1.1. */
export async function ask(edge: Target, options: Ask = {}): Promise<Answer> {
  const request = begin(edge, options);
  const [response]: IncomingMessage[] = await once(request, 'response');
  if (response === undefined) throw new TypeError('no response');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: (await buffer(response)).toString(),
  };
}

/** Resolves once nobody listens on the port any more. */
export async function refused({ port }: Target): Promise<void> {
  await eventually(async () => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const error = await once(socket, 'connect').catch((reason: unknown) => reason);
    socket.destroy();
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
}

/** Opens an HTTP/2 session that ends with the test. */
export function openSession(edge: Target): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${edge.port}`, {
    ca: authority.certificate,
    servername: PUBLIC_HOST,
  });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** Begins a request on an HTTP/2 session. */
export function beginStream(session: ClientHttp2Session, options: Ask = {}): ClientHttp2Stream {
  const { method = 'GET', path = '/acme.js', host = PUBLIC_HOST, headers } = options;
  const stream = session.request(
    { ':method': method, ':path': path, ':authority': host, ...headers },
    { endStream: options.body === undefined },
  );
  if (typeof options.body === 'string' || Buffer.isBuffer(options.body)) stream.end(options.body);
  else options.body?.pipe(stream);
  return stream;
}

/** Asks over HTTP/2. */
export async function askH2(session: ClientHttp2Session, options: Ask = {}): Promise<Answer> {
  const stream = beginStream(session, options);
  const [headers] = await once(stream, 'response');
  return { status: headers[':status'], headers, body: (await buffer(stream)).toString() };
}
