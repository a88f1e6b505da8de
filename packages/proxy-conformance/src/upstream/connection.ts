import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { MalformedMessage, type Message, readMessage } from '../wire/message.ts';
import type { UpstreamConnection, UpstreamRequest } from './requests.ts';
import { type Ending, perform, type Script } from './script.ts';

export interface ConnectionOptions {
  readonly region: string;
  readonly socket: TLSSocket;
  /** The TCP connection under it. */
  readonly raw: Socket;
  readonly sni: string | null;
  readonly offered: readonly string[];
  readonly scriptFor: (request: UpstreamRequest) => Script;
  readonly onRequest: (request: UpstreamRequest) => void;
}

interface Open {
  readonly request: UpstreamRequest;
  readonly script: Script;
  readonly finished: () => void;
  begun: boolean;
}

/** Reads requests off a connection, one after the other, and has each answered by its script. */
export function serveConnection(options: ConnectionOptions): UpstreamConnection {
  const { region, socket, raw, sni, offered, scriptFor, onRequest } = options;
  let bytes: Buffer = Buffer.alloc(0);
  let malformed: string | null = null;
  /** Where the request under way begins. */
  let start = 0;
  let open: Open | undefined;
  let answering: Promise<void> = Promise.resolve();
  let ended = false;
  const gone = new AbortController();
  const { promise: closed, resolve: isClosed } = Promise.withResolvers<void>();
  // A peer that resets us is part of the play.
  socket.on('error', () => {});
  raw.on('error', () => {});
  socket.once('close', () => {
    gone.abort();
    isClosed();
  });

  const connection: UpstreamConnection = {
    sni,
    offered,
    remotePort: raw.remotePort ?? 0,
    bytes: () => bytes,
    malformed: () => malformed,
    closed,
  };
  const stage = {
    gone: gone.signal,
    send: (chunk: Buffer) =>
      new Promise<void>((resolve) => {
        if (socket.destroyed || socket.write(chunk)) resolve();
        else {
          socket.once('drain', resolve);
          gone.signal.addEventListener('abort', () => resolve(), { once: true });
        }
      }),
    end: (ending: Ending) => {
      if (ending === 'reset') raw.resetAndDestroy();
      else if (ending === 'close') socket.end();
      // Whatever still comes is for nobody.
      ended = true;
    },
  };

  const begin = ({ request, script }: Open): void => {
    answering = answering.then(() => (ended ? undefined : perform(script, request, stage)));
    // A script that throws is a mistake in a case, and must not pass for an upstream's silence.
    answering.catch((error: unknown) => {
      malformed = `script of ${request.target}: ${String(error)}`;
      socket.destroy();
    });
  };

  function advance(): void {
    for (;;) {
      const message = readMessage(bytes, start, 'request');
      if (message === null) return;
      open ??= opened(message);
      if (!open.begun && (open.script.early || message.complete)) {
        open.begun = true;
        begin(open);
      }
      if (!message.complete) return;
      open.finished();
      open = undefined;
      start = message.end;
    }
  }

  function opened(message: Message): Open {
    const { promise: received, resolve: finished } = Promise.withResolvers<void>();
    const [method = '', target = '', version = ''] = message.startLine.split(' ');
    const from = start;
    const request: UpstreamRequest = {
      region,
      method,
      target,
      version,
      fields: message.fields,
      head: bytes.toString('latin1', from, bytes.indexOf('\r\n\r\n', from, 'latin1')),
      connection,
      message: () => readMessage(bytes, from, 'request') ?? message,
      received,
    };
    const script = scriptFor(request);
    onRequest(request);
    return { request, script, finished, begun: false };
  }

  socket.on('data', (chunk: Buffer) => {
    if (ended) return;
    bytes = Buffer.concat([bytes, chunk]);
    try {
      advance();
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      malformed = error.message;
      socket.destroy();
    }
  });
  return connection;
}
