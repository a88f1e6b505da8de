import { Client, type Dispatcher, errors } from 'undici';
import { type Resolved, resolveFor } from './resolving.ts';

/** Somebody who loads the script again and again. */
export interface Visitor {
  readonly city: string;
  /** Whether the connection is kept open between requests, as a browser does. */
  readonly keepsOpen: boolean;
  visit(): Promise<Visit>;
  close(): Promise<void>;
}

/** One request, as its visitor met it. */
export interface Visit {
  readonly city: string;
  readonly keepsOpen: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  /** Where the proxy is that answered; the API's own region where there is none. */
  readonly edge?: string;
  /** What went wrong. */
  readonly failure?: string;
}

export interface VisitorOptions {
  readonly city: string;
  /** The /24 that its resolver asks for. */
  readonly subnet: string;
  readonly keepsOpen: boolean;
  readonly url: string;
  readonly ca: string;
  readonly dns: { readonly address: string; readonly port: number };
  /** The port at every address that DNS gives. */
  readonly port: number;
}

const PATIENCE_MS = 10_000;

export function openVisitor(options: VisitorOptions): Visitor {
  const { city, keepsOpen, url, subnet, dns } = options;
  const { hostname, host, pathname, origin } = new URL(url);
  let known: { readonly resolved: Resolved; readonly until: number } | undefined;
  let open: Client | undefined;

  const address = async (): Promise<string> => {
    if (known && performance.now() < known.until) return known.resolved.address;
    const resolved = await resolveFor(subnet, hostname, dns);
    if (!resolved) throw new Error('no-address');
    known = { resolved, until: performance.now() + resolved.ttlSeconds * 1_000 };
    return resolved.address;
  };
  const connection = async (): Promise<Client> => {
    const where = await address();
    const target = new URL(origin);
    target.port = String(options.port);
    const client = new Client(target, {
      connect: {
        ca: options.ca,
        servername: hostname,
        timeout: PATIENCE_MS,
        lookup: (_name, { all }, done) => {
          if (all) done(null, [{ address: where, family: 4 }]);
          else done(null, where, 4);
        },
      },
      keepAliveTimeout: 60_000,
      pipelining: 1,
    });
    // By itself it would connect to the same address again; a browser looks the name up.
    client.once('disconnect', () => {
      if (open === client) open = undefined;
      void client.destroy();
    });
    return client;
  };
  const load = async (client: Client): Promise<string> => {
    const { statusCode, headers, body } = await client.request({
      path: pathname,
      method: 'GET',
      headers: { host },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`status-${statusCode}`);
    return edgeOf(headers);
  };
  const onNew = async (): Promise<string> => {
    const client = await connection();
    try {
      const edge = await load(client);
      if (keepsOpen && !client.destroyed) open = client;
      return edge;
    } finally {
      if (open !== client) await client.destroy();
    }
  };
  const once = async (): Promise<string> => {
    const client = open;
    if (!client || client.closed || client.destroyed) return onNew();
    try {
      return await load(client);
    } catch (error) {
      open = undefined;
      await client.destroy();
      // Browsers ask again, unseen, when a connection that was idle turns out to be closed.
      if (isClosed(error)) return onNew();
      throw error;
    }
  };

  return {
    city,
    keepsOpen,
    visit: async () => {
      const at = Date.now();
      const startedAt = performance.now();
      const spent = () => Math.round(performance.now() - startedAt);
      try {
        const edge = await once();
        return { city, keepsOpen, at, ms: spent(), edge };
      } catch (error) {
        return { city, keepsOpen, at, ms: spent(), failure: failureOf(error) };
      }
    },
    close: async () => {
      await open?.destroy();
    },
  };
}

/** `proxy2-eu-west-1-fast` stands in eu-west-1; without proxies the function says where it runs. */
function edgeOf(headers: Dispatcher.ResponseData['headers']): string {
  const edge = /^proxy\d+-([a-z]+(?:-[a-z]+)+-\d+)-/.exec(String(headers['x-edge'] ?? ''))?.[1];
  return edge ?? String(headers['x-region'] ?? 'unknown');
}

/** Whether the connection ended before an answer came, or before the request was written at all. */
const isClosed = (error: unknown): boolean =>
  error instanceof errors.SocketError ||
  error instanceof errors.ClientDestroyedError ||
  ['ECONNRESET', 'EPIPE'].includes(codeOf(error));

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

function failureOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'reset';
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'timeout';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
