import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { Duplex } from 'node:stream';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { PUBLIC_HOST } from '../world/topology.ts';
import type { Asked } from './ask.ts';
import { headersPayload, replaceHeaders } from './http2-frames.ts';
import type { Field } from './message.ts';

export interface Http2Request {
  /** In this order, pseudo-headers included. They are sent as they are, also where HTTP/2 forbids them. */
  readonly fields: readonly Field[];
  readonly body?: string | Buffer;
  readonly servername?: string;
}

export interface Http2Answer {
  /** Absent where the stream or connection ended without a response. */
  readonly status: number | undefined;
  readonly fields: readonly Field[];
  readonly trailers: readonly Field[];
  readonly body: Buffer;
  /** Whether the response came to its end. */
  readonly complete: boolean;
  /** Code of an RST_STREAM or GOAWAY, by its name in RFC 9113, section 7. */
  readonly error: string | undefined;
}

const PATIENCE_MS = 40_000;

/** Opens an HTTP/2 connection as a client would. */
export function openSession(
  { at, certificates }: Asked,
  { servername = PUBLIC_HOST, wrap = (socket: TLSSocket): Duplex => socket } = {},
): ClientHttp2Session {
  const session = connect(`https://${PUBLIC_HOST}`, {
    createConnection: () =>
      wrap(
        tlsConnect({
          host: at.address,
          port: at.port,
          ca: certificates.authority,
          servername,
          ALPNProtocols: ['h2'],
          ...(servername === PUBLIC_HOST ? {} : { checkServerIdentity: () => undefined }),
        }),
      ),
  });
  session.on('error', () => {});
  return session;
}

/**
 * One request on a connection of its own. Node speaks the protocol, but for the HEADERS frame: that is made here, because
 * Node refuses to send most of what an attacker would.
 */
export async function sendHttp2(
  asked: Asked,
  { fields, body, servername }: Http2Request,
): Promise<Http2Answer> {
  const session = openSession(asked, {
    ...(servername === undefined ? {} : { servername }),
    wrap: (socket) => rewriting(socket, headersPayload(fields)),
  });
  let goaway: number | undefined;
  session.on('goaway', (code) => {
    goaway = code;
  });
  try {
    // Node, too, has to know that an answer to HEAD has no body.
    const method = fields.some(([name, value]) => name === ':method' && value === 'HEAD') ? 'HEAD' : 'POST';
    const stream = session.request({ ':method': method, ':path': '/' }, { endStream: body === undefined });
    const settled = answerOf(stream);
    if (body !== undefined) stream.end(body);
    const answer = await settled;
    const code = stream.rstCode || goaway;
    return { ...answer, error: code ? errorName(code) : answer.error };
  } finally {
    session.destroy();
  }
}

/** What comes on a stream, until it ends in whatever way. */
export async function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const chunks: Buffer[] = [];
  let fields: readonly Field[] = [];
  let trailers: readonly Field[] = [];
  let status: number | undefined;
  let complete = false;
  let error: string | undefined;
  stream.setTimeout(PATIENCE_MS, () => stream.destroy(new Error(`no end within ${PATIENCE_MS} ms`)));
  stream.on('response', (headers, _flags, raw: readonly string[]) => {
    status = headers[':status'];
    length = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    fields = pairs(raw);
  });
  stream.on('trailers', (_headers, _flags, raw: readonly string[]) => {
    trailers = pairs(raw);
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  let length: number | undefined;
  stream.on('end', () => {
    complete = true;
    // Nobody wants the rest of a body that was answered early.
    if (!stream.writableFinished) stream.close(constants.NGHTTP2_NO_ERROR);
  });
  stream.on('error', (cause) => {
    error = cause.message;
  });
  await new Promise((resolve) => stream.once('close', resolve));
  const body = Buffer.concat(chunks);
  // A reset after the whole response is about the rest of the request (RFC 9113, section 8.1).
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) complete = body.length === length;
  return { status, fields, trailers, body, complete, error };
}

function pairs(raw: readonly string[]): readonly Field[] {
  const fields: Field[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2)
    fields.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return fields.filter(([name]) => !name.startsWith(':'));
}

function errorName(code: number): string {
  const names = Object.entries(constants).filter(
    ([name, value]) => value === code && /^NGHTTP2_[A-Z0-9_]+$/.test(name) && name in ERROR_NAMES,
  );
  return names[0]?.[0].replace('NGHTTP2_', '') ?? `error ${code}`;
}

/** RFC 9113, section 7. */
const ERROR_NAMES: Readonly<Record<string, true>> = Object.fromEntries(
  [
    'PROTOCOL_ERROR',
    'INTERNAL_ERROR',
    'FLOW_CONTROL_ERROR',
    'SETTINGS_TIMEOUT',
    'STREAM_CLOSED',
    'FRAME_SIZE_ERROR',
    'REFUSED_STREAM',
    'CANCEL',
    'COMPRESSION_ERROR',
    'CONNECT_ERROR',
    'ENHANCE_YOUR_CALM',
    'INADEQUATE_SECURITY',
    'HTTP_1_1_REQUIRED',
  ].map((name) => [`NGHTTP2_${name}`, true]),
);

/** The connection with the payload of its HEADERS frames replaced on the way out. */
function rewriting(socket: TLSSocket, payload: Buffer): Duplex {
  const replace = replaceHeaders(payload);
  const duplex = new Duplex({
    read: () => socket.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      const bytes = replace(chunk);
      if (bytes.length === 0) done();
      else socket.write(bytes, () => done());
    },
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!duplex.push(chunk)) socket.pause();
  });
  socket.on('end', () => duplex.push(null));
  socket.on('error', (error) => duplex.destroy(error));
  socket.on('close', () => duplex.destroy());
  return duplex;
}
