import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type TLSSocket } from 'node:tls';
import type { Endpoint } from '@isochrone/config-gen';
import { PUBLIC_HOST } from '../stage/names.ts';

/** An answer, and when it came. */
export interface Visit {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** From the beginning of the connection to the first byte of the answer. */
  readonly ttfbMs: number;
  /** From the request to the first byte of the answer. */
  readonly requestTtfbMs: number;
}

export interface Visitor {
  /** Asks over the open connection, one after the other. */
  get(path: string): Promise<Visit>;
  close(): void;
}

/** A browser whose site has not answered by then shows an error, too. */
const TIMEOUT_MS = 10_000;

export interface VisitorOptions {
  readonly ca: string;
  /** Whom it asks for; the public name where absent. */
  readonly host?: string;
  readonly protocols: readonly ('h2' | 'http/1.1')[];
}

/** Opens a connection after a full handshake, as a browser that comes for the first time. */
export async function openVisitor(
  at: Endpoint,
  { ca, protocols, host = PUBLIC_HOST }: VisitorOptions,
): Promise<Visitor> {
  const began = performance.now();
  const socket = connect({
    host: at.address,
    port: at.port,
    servername: host,
    ca,
    ALPNProtocols: [...protocols],
  });
  socket.setNoDelay(true);
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
  await once(socket, 'secureConnect');
  const authority = `${host}:${at.port}`;
  return socket.alpnProtocol === 'h2'
    ? overHttp2(socket, authority, began)
    : overHttp1(socket, authority, began);
}

function overHttp1(socket: TLSSocket, authority: string, began: number): Visitor {
  const failed = new Promise<never>((_resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
  // Nobody may be waiting when it ends.
  failed.catch(() => {});
  return {
    get: (path) => Promise.race([exchange(socket, path, authority, began), failed]),
    close: () => socket.destroy(),
  };
}

/** The answers of these contenders to a GET have a content-length. */
function exchange(socket: TLSSocket, path: string, authority: string, began: number): Promise<Visit> {
  const asked = performance.now();
  socket.write(
    `GET ${path} HTTP/1.1\r\nhost: ${authority}\r\nuser-agent: bench\r\naccept: */*\r\naccept-encoding: gzip, br\r\n\r\n`,
  );
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    let first = 0;
    const onData = (chunk: Buffer): void => {
      first ||= performance.now();
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf('\r\n\r\n');
      if (end === -1) return;
      const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      );
      const body = received.subarray(end + 4);
      const length = Number(headers['content-length']);
      if (body.length < length) return;
      socket.off('data', onData);
      if (!Number.isInteger(length)) reject(new Error('an answer without a content-length'));
      const status = Number(statusLine.split(' ')[1]);
      resolve({ status, headers, body, ttfbMs: first - began, requestTtfbMs: first - asked });
    };
    socket.on('data', onData);
  });
}

function overHttp2(socket: TLSSocket, authority: string, began: number): Visitor {
  const session = connectHttp2(`https://${authority}`, { createConnection: () => socket });
  // Told by the stream that was under way.
  session.on('error', () => {});
  return {
    get: async (path) => {
      const asked = performance.now();
      const stream = session.request({ ':path': path, 'user-agent': 'bench', 'accept-encoding': 'gzip, br' });
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      const ended = once(stream, 'end');
      const [head]: { readonly [name: string]: unknown }[] = await once(stream, 'response');
      const first = performance.now();
      await ended;
      const headers = Object.fromEntries(
        Object.entries(head ?? {}).map(([name, value]) => [name, String(value)]),
      );
      return {
        status: Number(headers[':status']),
        headers,
        body: Buffer.concat(chunks),
        ttfbMs: first - began,
        requestTtfbMs: first - asked,
      };
    },
    close: () => session.destroy(),
  };
}
