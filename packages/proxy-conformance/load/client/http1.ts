import { finished } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Client, errors } from 'undici';
import { certificateOf, localEnd, openConnection, type Visiting } from './connection.ts';
import type { Incoming, Outgoing, Transport } from './exchange.ts';

interface Held {
  readonly client: Client;
  readonly socket: TLSSocket;
}

/**
 * HTTP/1.1 visitors. With `keeps`, each takes a connection that is open and free, or looks the name up and opens one;
 * a response with `Connection: close` is a connection's last (RFC 9112, section 9.6). Nothing is ever sent twice.
 */
export function openHttp1(visiting: Visiting, keeps: boolean): Transport {
  const free: Held[] = [];
  const all = new Set<Client>();

  const forget = (client: Client): void => {
    const index = free.findIndex((held) => held.client === client);
    if (index !== -1) free.splice(index, 1);
    all.delete(client);
    void client.destroy();
  };
  const open = async (outgoing: Outgoing): Promise<Held> => {
    const socket = await openConnection(visiting, 'http/1.1', outgoing);
    const client = new Client(`https://${visiting.host}`, {
      // The one connection; undici may not make another when it is gone, which would lead to where it led before.
      connect: (_options, callback) => {
        const [error, opened] = all.has(client)
          ? [new Error('the connection has ended'), null]
          : [null, socket];
        all.add(client);
        // undici relies on a callback that comes later.
        process.nextTick(callback, error, opened);
      },
      keepAliveTimeout: 300_000,
      keepAliveMaxTimeout: 300_000,
      pipelining: 1,
    });
    client.on('disconnect', () => forget(client));
    return { client, socket };
  };

  const ask = async (held: Held, outgoing: Outgoing): Promise<Incoming | 'unsent'> => {
    const { client, socket } = held;
    const { method, path, headers, body, signal } = outgoing;
    try {
      const response = await client.request({
        method,
        path,
        headers: { host: visiting.host, ...headers },
        body: body() ?? null,
        signal,
        reset: !keeps,
      });
      const isLast = !keeps || String(response.headers['connection']).toLowerCase() === 'close';
      finished(response.body, (error) => {
        if (error || isLast || socket.destroyed) forget(client);
        // What undici has yet to do with the connection comes first.
        else setImmediate(() => (client.destroyed || !all.has(client) ? undefined : free.push(held)));
      });
      return { status: response.statusCode, headers: response.headers, body: response.body };
    } catch (error) {
      forget(client);
      // undici says this of requests of which it has written nothing yet.
      if (error instanceof errors.ClientDestroyedError) return 'unsent';
      throw error;
    }
  };

  return {
    send: async (outgoing) => {
      for (;;) {
        const held = free.pop() ?? (await open(outgoing));
        outgoing.onConnection(localEnd(held.socket), keeps ? undefined : certificateOf(held.socket));
        const answer = await ask(held, outgoing);
        if (answer !== 'unsent') return answer;
      }
    },
    close: async () => {
      await Promise.all([...all].map((client) => client.destroy()));
      free.length = 0;
    },
  };
}
