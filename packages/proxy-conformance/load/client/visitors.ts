import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyFor, receiptOf, sha256 } from '../world/bodies.ts';
import { trusting, type Visiting } from './connection.ts';
import type { Incoming, Outgoing, Transport } from './exchange.ts';
import { failureOf, WrongAnswer } from './failure.ts';
import { openHttp1 } from './http1.ts';
import { openHttp2 } from './http2.ts';
import type { Via, Visit, Wish } from './visit.ts';

/** Everybody who asks. */
export interface Visitors {
  /** Makes one request that was due `at`; never rejects. */
  visit(wish: Wish, at: number): Promise<Visit>;
  close(): Promise<void>;
}

export interface VisitorsOptions {
  readonly host: string;
  readonly authority: string;
  readonly resolve: Visiting['resolve'];
  /** Milliseconds until a visitor gives up. */
  readonly patienceMs: number;
}

/** Slow visitors take or give this much, and pause. */
const PIECE_BYTES = 16_384;
const PIECE_PAUSE_MS = 50;

export function openVisitors({ host, authority, resolve, patienceMs }: VisitorsOptions): Visitors {
  const visiting: Visiting = { host, trust: trusting(authority), resolve };
  const transports: Readonly<Record<Via, Transport>> = {
    kept: openHttp1(visiting, true),
    fresh: openHttp1(visiting, false),
    h2: openHttp2(visiting),
  };
  return {
    visit: async (wish, at) => {
      const seen: { -readonly [Key in keyof Visit]?: Visit[Key] } = { phase: 'connect' };
      try {
        const signal = AbortSignal.timeout(patienceMs);
        const answer = await transports[wish.via].send({
          ...requestFor(wish),
          signal,
          onConnect: (from) => {
            seen.from = from;
          },
          onConnection: (from, certificate) => {
            Object.assign(seen, { phase: 'head', from, ...(certificate ? { certificate } : {}) });
          },
        });
        Object.assign(seen, { phase: 'body', ...signature(answer) });
        await check(wish, answer);
        seen.phase = 'end';
      } catch (error) {
        seen.failure = failureOf(error);
      }
      return { phase: 'connect', ...seen, wish, at, until: performance.now() };
    },
    close: async () => {
      await Promise.all(Object.values(transports).map((transport) => transport.close()));
    },
  };
}

function requestFor({
  id,
  method,
  bytes,
  chunked = false,
  pace,
}: Wish): Pick<Outgoing, 'method' | 'path' | 'headers' | 'body' | 'expectedBytes'> {
  if (method === 'GET') {
    const query = chunked ? '&chunked' : '';
    return {
      method,
      path: `/body/${id}?bytes=${bytes}${query}`,
      headers: {},
      body: () => undefined,
      expectedBytes: bytes,
    };
  }
  const body = bodyFor(id, bytes);
  const length = chunked ? {} : { 'content-length': String(bytes) };
  return {
    method,
    path: `/receipt/${id}`,
    headers: { 'content-type': 'application/octet-stream', ...length },
    body: () => {
      if (pace === 'slow writer') return Readable.from(slowly(body), { objectMode: false });
      return chunked ? Readable.from([body], { objectMode: false }) : body;
    },
    expectedBytes: receiptOf(id, body).length,
  };
}

async function* slowly(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    yield body.subarray(at, at + PIECE_BYTES);
    await sleep(PIECE_PAUSE_MS);
  }
}

function signature({ status, headers }: Incoming): Partial<Visit> {
  const text = (name: string): string | undefined => headers[name]?.toString();
  const fields = {
    upstream: text('x-upstream'),
    region: text('x-edge-upstream'),
    edge: text('x-edge'),
    engine: text('x-edge-engine'),
    retried: text('x-edge-retried'),
  };
  return { status, ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}

/** @throws WrongAnswer where the answer is not the one to this request; whatever the body's stream fails with. */
async function check({ id, method, bytes, pace }: Wish, { status, headers, body }: Incoming): Promise<void> {
  if (status !== 200) {
    body.resume();
    throw new WrongAnswer(`status ${status} ${headers['x-edge-reason'] ?? ''}`.trimEnd());
  }
  const hash = createHash('sha256');
  let length = 0;
  const pieces: Buffer[] = [];
  for await (const chunk of body) {
    length += chunk.length;
    hash.update(chunk);
    if (method === 'POST') pieces.push(chunk);
    if (pace === 'slow reader') await sleep(PIECE_PAUSE_MS);
    // Leaving the loop destroys the stream, as closing a tab does.
    if (pace === 'leaves' && length >= bytes / 4) return;
  }
  if (method === 'POST') return checkReceipt(id, bytes, Buffer.concat(pieces));
  if (length !== bytes) throw new WrongAnswer(length < bytes ? 'body too short' : 'body too long');
  if (hash.digest('hex') !== sha256(bodyFor(id, bytes))) throw new WrongAnswer('wrong body');
}

function checkReceipt(id: string, bytes: number, received: Buffer): void {
  const right = receiptOf(id, bodyFor(id, bytes));
  if (received.equals(right)) return;
  const isBegun = received.equals(right.subarray(0, received.length));
  throw new WrongAnswer(isBegun ? 'body too short' : 'wrong body');
}
