import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Endpoint } from './address-plan.ts';
import { readServerName } from './client-hello.ts';
import { listen } from './listening.ts';

/** Stands where a visitor's resolver and network stand: it looks the name up and passes the bytes on as they are. */
export interface FrontDoor {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

export interface FrontDoorOptions {
  readonly bind: Endpoint;
  /** The places to try for a name, in order; empty when DNS has no answer. */
  readonly lookup: (hostname: string) => Promise<readonly Endpoint[]>;
  readonly log: (line: string) => void;
}

const HELLO_TIMEOUT_MS = 5_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** A ClientHello with every extension of today, key shares included, stays far below this. */
const MAX_HELLO_BYTES = 64 * 1024;

/** @throws LocalError LOCAL_ADDRESS_IN_USE */
export async function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => sockets.delete(client));
    void welcome(client, options).catch((error: unknown) => {
      options.log(error instanceof Error ? error.message : String(error));
      client.destroy();
    });
  });
  const endpoint = await listen(server, options.bind, 'the front door', '--port');
  return {
    endpoint,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function welcome(client: Socket, { lookup, log }: FrontDoorOptions): Promise<void> {
  const hello = await readHello(client);
  if (hello === undefined) return void client.destroy();
  const places = await lookup(hello.serverName);
  const upstream = await firstThatAnswers(places);
  if (!upstream) {
    log(
      `front door: nobody answers for ${hello.serverName}${places.length === 0 ? ' (DNS has no address)' : ''}`,
    );
    return void client.destroy();
  }
  upstream.write(hello.bytes);
  await Promise.all([pipeline(client, upstream), pipeline(upstream, client)]).catch(() => {
    client.destroy();
    upstream.destroy();
  });
}

async function readHello(client: Socket): Promise<{ serverName: string; bytes: Buffer } | undefined> {
  const signal = AbortSignal.timeout(HELLO_TIMEOUT_MS);
  let bytes = Buffer.alloc(0);
  while (bytes.length < MAX_HELLO_BYTES) {
    const read = readServerName(bytes);
    if (read.kind === 'not-tls') return undefined;
    if (read.kind === 'client-hello') {
      return read.serverName === undefined ? undefined : { serverName: read.serverName, bytes };
    }
    const chunk = await nextChunk(client, signal);
    if (chunk === undefined) return undefined;
    bytes = Buffer.concat([bytes, chunk]);
  }
  return undefined;
}

async function nextChunk(client: Socket, signal: AbortSignal): Promise<Buffer | undefined> {
  for (;;) {
    const chunk: unknown = client.read();
    if (Buffer.isBuffer(chunk)) return chunk;
    if (client.readableEnded || client.destroyed) return undefined;
    try {
      await Promise.race([once(client, 'readable', { signal }), once(client, 'close', { signal })]);
    } catch {
      return undefined;
    }
  }
}

async function firstThatAnswers(places: readonly Endpoint[]): Promise<Socket | undefined> {
  for (const { address, port } of places) {
    const socket = connect({ host: address, port, noDelay: true });
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
      return socket;
    } catch {
      socket.destroy();
    }
  }
  return undefined;
}
