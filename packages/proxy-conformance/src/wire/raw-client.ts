import { once } from 'node:events';
import { type Socket, connect as tcpConnect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { PUBLIC_HOST } from '../world/topology.ts';
import type { Asked } from './ask.ts';
import { MalformedMessage, type Message, readMessage } from './message.ts';

/** One thing that a client does on its connection; text is latin1. */
export type Piece = string | Buffer | { readonly pauseMs: number } | { readonly end: 'close' | 'reset' };

export interface RawRequest {
  readonly send: string | Buffer | readonly Piece[];
  /** TLS options that differ: SNI, ALPN, versions. `servername: ''` sends no SNI. */
  readonly tls?: ConnectionOptions;
  /** Over plain TCP. */
  readonly plain?: boolean;
  /** Sent once the first response is whole; its answer tells that whatever came before it has been seen to. */
  readonly probe?: string;
  /** Requests were for HEAD: their responses have no bodies. */
  readonly head?: boolean;
  /** Whether to wait, after the responses, for the edge to hang up. */
  readonly untilClose?: boolean;
  /** How many final responses to wait for, 1 where absent. */
  readonly responses?: number;
}

export interface RawAnswer {
  /** Final responses, in order. */
  readonly responses: readonly Message[];
  /** Interim responses (1xx), in order. */
  readonly interim: readonly Message[];
  /** Every byte that came. */
  readonly bytes: Buffer;
  /** `open`: we had what we wanted, and hung up ourselves. */
  readonly ending: 'open' | 'close' | 'reset';
  /** Why the bytes are no HTTP in its strict form; null where they are. */
  readonly malformed: string | null;
}

/** Longer than any of the edge's own time-outs. */
const PATIENCE_MS = 40_000;

/** The TCP connection under one of TLS: only that can be reset. */
const tcpOf = new WeakMap<Socket, Socket>();

/** Opens a connection as a client would, certificate checks and all. */
export async function openConnection(
  { at, certificates }: Asked,
  { tls = {}, plain = false }: Pick<RawRequest, 'tls' | 'plain'> = {},
): Promise<Socket> {
  const tcp = tcpConnect({ host: at.address, port: at.port, noDelay: true });
  await once(tcp, 'connect');
  // Whoever uses the connection hears of its end; an error that nobody waits for must not end the suite.
  tcp.on('error', () => {});
  if (plain) return tcp;
  const servername = tls.servername ?? PUBLIC_HOST;
  const socket = tlsConnect({
    socket: tcp,
    ca: certificates.authority,
    ALPNProtocols: ['http/1.1'],
    // The certificate names no foreign SNI.
    ...(servername === PUBLIC_HOST ? {} : { checkServerIdentity: () => undefined }),
    ...tls,
    servername,
  });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  tcpOf.set(socket, tcp);
  return socket;
}

/** Sends these bytes and reads until the responses are whole or the connection ends. */
export async function sendRaw(asked: Asked, request: RawRequest): Promise<RawAnswer> {
  const socket = await openConnection(asked, request);
  return converse(socket, request);
}

/** The same on a connection that is there. */
export async function converse(socket: Socket, request: RawRequest): Promise<RawAnswer> {
  const { send, probe, head = false, responses: wanted = 1, untilClose = false } = request;
  const reader = readerOf(head);
  const { promise: ended, resolve: end } = Promise.withResolvers<RawAnswer['ending']>();
  let probed = false;
  const timer = setTimeout(() => socket.destroy(new Error(`no end within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    const { responses, malformed } = reader.state();
    const whole = responses.filter(({ complete }) => complete).length;
    if (malformed !== null) end('open');
    if (probe !== undefined && !probed && whole >= wanted) {
      probed = true;
      socket.write(probe, 'latin1');
    } else if (!untilClose && whole >= wanted + (probe === undefined ? 0 : 1)) end('open');
  });
  socket.on('error', (error) => end('code' in error && error.code === 'ECONNRESET' ? 'reset' : 'close'));
  // A write to a peer that has left (EPIPE) ends the same way.
  socket.on('close', () => end('close'));
  void write(socket, send);
  const ending = await ended;
  clearTimeout(timer);
  socket.destroy();
  return { ...reader.state(), ending };
}

async function write(socket: Socket, send: RawRequest['send']): Promise<void> {
  const pieces = typeof send === 'string' || Buffer.isBuffer(send) ? [send] : send;
  for (const piece of pieces) {
    if (socket.destroyed) return;
    if (typeof piece === 'string') socket.write(piece, 'latin1');
    else if (Buffer.isBuffer(piece)) socket.write(piece);
    else if ('pauseMs' in piece) await sleep(piece.pauseMs);
    else if (piece.end === 'reset') (tcpOf.get(socket) ?? socket).resetAndDestroy();
    else socket.end();
  }
}

function readerOf(head: boolean) {
  let bytes: Buffer = Buffer.alloc(0);
  let start = 0;
  let malformed: string | null = null;
  const responses: Message[] = [];
  const interim: Message[] = [];
  let partial: Message | undefined;
  return {
    push: (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      try {
        for (;;) {
          const message = readMessage(bytes, start, 'response', head);
          partial = message ?? undefined;
          if (message === null || !message.complete) return;
          (/^HTTP\/1\.1 1/.test(message.startLine) ? interim : responses).push(message);
          start = message.end;
          partial = undefined;
        }
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error;
        malformed = error.message;
      }
    },
    state: () => ({
      responses: partial === undefined ? responses : [...responses, partial],
      interim,
      bytes,
      malformed,
    }),
  };
}
