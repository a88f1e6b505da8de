import { once } from 'node:events';
import { Agent, request } from 'node:https';
import type { Site } from './site.ts';
import { SCRIPT_PATH } from './site.ts';

/** One request of a visitor. */
export interface Visit {
  readonly status: number;
  /** Milliseconds from the wish, connection included, to the first byte of the answer. */
  readonly ttfbMs: number;
  /** The same from the moment when the connection was there. */
  readonly waitedMs: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

export interface Visiting {
  /** Opens a connection for each request where absent. */
  readonly agent?: Agent;
  /** Whether the request says that it is the last one of its connection. A browser does not. */
  readonly says?: 'close';
  readonly method?: 'GET' | 'HEAD';
}

const PATIENCE_MS = 10_000;

/** One connection that is used again and again. */
export const keptConnection = (): Agent => new Agent({ keepAlive: true, maxSockets: 1 });

/** Asks the proxy on a port of loopback for the script. */
export async function visit(
  { host, authority }: Pick<Site, 'host' | 'authority'>,
  port: number,
  { agent, says, method = 'GET' }: Visiting = {},
): Promise<Visit> {
  const began = performance.now();
  // One that opens a connection of its own, which is not used again, and whose TLS session is not either.
  const own = agent ?? new Agent({ keepAlive: true, maxCachedSessions: 0 });
  try {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: SCRIPT_PATH,
      method,
      servername: host,
      ca: authority,
      agent: own,
      headers: { host, ...(says === undefined ? {} : { connection: says }) },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    let open = began;
    asked.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        open = performance.now();
      });
    });
    asked.end();
    const [response] = await once(asked, 'response');
    const arrived = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    return {
      status: response.statusCode ?? 0,
      ttfbMs: arrived - began,
      waitedMs: arrived - open,
      headers: response.headers,
      body: Buffer.concat(chunks),
    };
  } finally {
    if (agent === undefined) own.destroy();
  }
}
