import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boundAddress, listenFailure } from './edge.ts';

/** What the admin listener shows and does. */
export interface AdminActions {
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Whether the proxy serves; anything but `ok` is told with 503. */
  readonly state: () => { readonly status: string; readonly workers: readonly number[] };
  /** What is in force; files are named by their paths, so that no key is in it. */
  readonly config: () => object;
  /** Begins to drain; the result is how long that takes, in seconds. */
  readonly drain: () => number;
}

export interface Admin {
  readonly address: AddressInfo;
  close(): void;
}

type Route = (actions: AdminActions, response: ServerResponse) => void | Promise<void>;

const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/metrics': {
    GET: async ({ metrics }, response) => {
      const text = await metrics();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    },
  },
  '/healthz': {
    GET: ({ state }, response) => {
      const { status, workers } = state();
      sendJson(response, status === 'ok' ? 200 : 503, { status, workers });
    },
  },
  '/config': { GET: ({ config }, response) => sendJson(response, 200, config()) },
  '/drain': {
    POST: ({ drain }, response) => sendJson(response, 202, { status: 'draining', seconds: drain() }),
  },
};

/**
 * Starts the admin listener, on a loopback address: whoever reaches it may drain the proxy. A web page in a browser of
 * this machine reaches it, too: neither may it have another name point here (DNS rebinding), nor send a form.
 * @throws EdgeProxyError EDGE_PROXY_LISTEN_FAILED
 */
export async function startAdmin(
  { address, port }: { readonly address: string; readonly port: number },
  actions: AdminActions,
): Promise<Admin> {
  const server = createServer((request, response) => {
    response.setHeader('cache-control', 'no-store');
    void answer(request, response, actions).catch(() => sendProblem(response, 500, 'internal-error'));
  });
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenFailure(error);
  }
  return {
    address: boundAddress(server),
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
  };
}

async function answer(
  { headers, method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  actions: AdminActions,
): Promise<void> {
  if (!isLoopback(headers.host)) return sendProblem(response, 421, 'foreign-host');
  if (headers.origin !== undefined || (headers['sec-fetch-site'] ?? 'none') !== 'none')
    return sendProblem(response, 403, 'foreign-origin');
  const route = routes[url.split('?', 1)[0] ?? ''];
  if (route === undefined) return sendProblem(response, 404, 'not-found');
  const action = route[method === 'HEAD' ? 'GET' : method];
  if (action !== undefined) return action(actions, response);
  response.setHeader('allow', Object.keys(route).join(', '));
  sendProblem(response, 405, 'method-not-allowed');
}

/** A loopback address as it is, or `localhost`, with or without a port: no name that somebody else's DNS could lead here. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

const isLoopback = (host: string | undefined): boolean => host !== undefined && LOOPBACK.test(host);

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

function sendProblem(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ status, reason }));
}
