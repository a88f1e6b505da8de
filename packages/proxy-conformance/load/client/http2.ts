import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { PassThrough, type Readable } from 'node:stream';
import type { Endpoint } from '@isochrone/config-gen';
import { localEnd, openConnection, type Visiting } from './connection.ts';
import type { Incoming, Outgoing, Transport } from './exchange.ts';

/**
 * Bytes that a server may send ahead, for one stream and for a session: as browsers have it, so that a stream that is read
 * slowly holds up no other.
 */
const STREAM_WINDOW = 2 ** 18;
const SESSION_WINDOW = 2 ** 24;

/** Fewer than both engines allow at a time. */
const STREAMS_AT_A_TIME = 50;
/** After that many a session has had its time, so that handshakes belong to the mix. */
const STREAMS_IN_ALL = 400;

interface Session {
  readonly http2: ClientHttp2Session;
  readonly from: Endpoint;
  begun: number;
  open: number;
}

/**
 * HTTP/2 visitors, many streams to a session. After GOAWAY a session takes no more, and a stream that the server says it has not
 * touched (REFUSED_STREAM; RFC 9113, sections 6.8 and 8.7) is sent again on another. Nothing else is ever sent twice.
 */
export function openHttp2(visiting: Visiting): Transport {
  const sessions = new Set<Session>();
  let opening: Promise<Session> | undefined;

  const retire = (session: Session): void => {
    sessions.delete(session);
    if (!session.http2.closed) session.http2.close();
  };
  const open = async (outgoing: Outgoing): Promise<Session> => {
    const socket = await openConnection(visiting, 'h2', outgoing);
    const http2 = connect(`https://${visiting.host}`, {
      createConnection: () => socket,
      settings: { initialWindowSize: STREAM_WINDOW },
    });
    http2.once('connect', () => http2.setLocalWindowSize(SESSION_WINDOW));
    const session: Session = { http2, from: localEnd(socket), begun: 0, open: 0 };
    http2.on('error', () => {});
    http2.once('goaway', () => retire(session));
    http2.once('close', () => sessions.delete(session));
    sessions.add(session);
    return session;
  };
  const usable = (): Session | undefined =>
    [...sessions].find(({ http2, open }) => !http2.closed && !http2.destroyed && open < STREAMS_AT_A_TIME);
  const session = async (outgoing: Outgoing): Promise<Session> => {
    for (;;) {
      const found = usable();
      if (found) return found;
      opening ??= open(outgoing).finally(() => {
        opening = undefined;
      });
      await opening;
    }
  };

  const attempt = async (outgoing: Outgoing): Promise<Incoming | 'untouched'> => {
    const { method, path, headers, body, expectedBytes, signal, onConnection } = outgoing;
    const used = await session(outgoing);
    used.begun += 1;
    used.open += 1;
    if (used.begun >= STREAMS_IN_ALL) sessions.delete(used);
    onConnection(used.from, undefined);
    const content = body();
    const stream = used.http2.request(
      { ':method': method, ':path': path, ':authority': visiting.host, ...headers },
      { endStream: content === undefined, signal },
    );
    stream.on('error', () => {});
    stream.once('close', () => {
      used.open -= 1;
      if (used.open === 0 && !sessions.has(used)) retire(used);
    });
    if (Buffer.isBuffer(content)) stream.end(content);
    else content?.pipe(stream);
    return responseOf(stream, wholeBody(stream, expectedBytes));
  };

  return {
    send: async (outgoing) => {
      for (;;) {
        const answer = await attempt(outgoing);
        if (answer !== 'untouched') return answer;
      }
    },
    close: async () => {
      for (const { http2 } of sessions) http2.destroy();
      sessions.clear();
    },
  };
}

/**
 * The body, taken as it comes. When a session has ended, Node destroys its streams at once, those too of which all
 * bytes have arrived and are yet to be read; a body that has its length is whole all the same.
 */
function wholeBody(stream: ClientHttp2Stream, expectedBytes: number): Readable {
  const body = new PassThrough();
  let received = 0;
  stream.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  stream.pipe(body, { end: false });
  let length: number | undefined;
  stream.once('response', (headers) => {
    if (headers['content-length'] !== undefined) length = Number(headers['content-length']);
  });
  stream.once('end', () => {
    // RFC 9113, section 8.1.1: malformed, and to be treated as an error, which Node does not always do.
    if (length !== undefined && received !== length) body.destroy(streamClosed(stream));
    else body.end();
  });
  stream.once('close', () => {
    if (received === expectedBytes) body.end();
    else if (!stream.readableEnded) body.destroy(streamClosed(stream));
  });
  body.on('error', () => {});
  body.once('close', () => {
    if (!stream.readableEnded) stream.close(constants.NGHTTP2_CANCEL);
  });
  return body;
}

async function responseOf(stream: ClientHttp2Stream, body: Readable): Promise<Incoming | 'untouched'> {
  const ended = once(stream, 'close').then(() => 'closed' as const);
  try {
    const first = await Promise.race([once(stream, 'response'), ended]);
    if (first !== 'closed') {
      const [headers] = first;
      return { status: Number(headers[':status']), headers, body };
    }
  } catch (error) {
    if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'untouched';
    throw error;
  }
  if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM) return 'untouched';
  throw streamClosed(stream);
}

const streamClosed = ({ rstCode }: ClientHttp2Stream): Error =>
  Object.assign(new Error(`the stream was closed with code ${rstCode}`), { code: 'ERR_HTTP2_STREAM_ERROR' });
