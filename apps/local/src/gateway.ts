import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Endpoint } from './address-plan.ts';
import { amznRequestId, gatewayEvent, gatewayRequestId } from './gateway-event.ts';
import {
  failing,
  forbidden,
  type GatewayResponse,
  gatewayResponse,
  integrationTimeout,
  internalServerError,
  requestTooLarge,
} from './gateway-response.ts';
import { listen } from './listening.ts';

/** What a wrong server name meets: a certificate that does not match, as on AWS, or a TLS alert. */
export type SniPolicy = 'wildcard' | 'reject';

/** Ends with the function's result; rejects when the function fails. */
export type Invoke = (event: APIGatewayProxyEventV2) => Promise<unknown>;

export interface GatewayOptions {
  readonly bind: Endpoint;
  /** Custom domain names, and the stage that each is mapped to. */
  readonly domains: ReadonlyMap<string, string>;
  /** PEM file for the custom domains. */
  readonly certificate: string;
  /** PEM file for every other server name: `*.execute-api.<region>.amazonaws.com`. */
  readonly executeApiCertificate: string;
  readonly sniPolicy: SniPolicy;
  /** The first route whose path prefix fits takes the request; the last one takes every path. */
  readonly routes: readonly {
    readonly routeKey: string;
    readonly pathPrefix: string;
    readonly invoke: Invoke;
  }[];
  readonly integrationTimeoutMs?: number;
  /** Told why a client got a 500. */
  readonly log: (line: string) => void;
  /** What is wrong with this gateway now; asked for every connection and every request. */
  readonly trouble?: () => GatewayTrouble;
}

/** What a gateway can suffer from. */
export interface GatewayTrouble {
  /** Resets every connection. */
  readonly down?: boolean;
  /** Lets every request wait so long. */
  readonly slowMs?: number;
  /** Answers a share of the requests itself, with this status. */
  readonly errors?: { readonly status: number; readonly rate: number };
  /** Overrides headers of what the function answered: another bundle's name, or one that lets caches keep it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Shows a certificate that does not match to everybody. */
  readonly wrongCertificate?: boolean;
}

/** One region's HTTP API, as its clients meet it. */
export interface Gateway {
  readonly endpoint: Endpoint;
  /** Ends every connection, so that the next request meets what has changed. */
  reset(): void;
  /** Listens there, and nowhere else, from now on. */
  moveTo(endpoint: Endpoint): Promise<void>;
  close(): Promise<void>;
}

/** API Gateway's quotas for HTTP APIs: 30 s, 10 MB, 10,240 bytes of request line and headers. */
const INTEGRATION_TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 10_240;
const TICKET_KEY_BYTES = 48;

/** @throws LocalError LOCAL_ADDRESS_IN_USE */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const custom = contextOf(options.certificate);
  const executeApi = contextOf(options.executeApiCertificate);
  const other = options.sniPolicy === 'wildcard' ? executeApi : createSecureContext();
  const trouble: () => GatewayTrouble = options.trouble ?? (() => ({}));
  const server = createServer(
    {
      // The default, for clients that name nobody. Without a certificate the handshake ends in an alert.
      ...(options.sniPolicy === 'wildcard' ? pemOf(options.executeApiCertificate) : {}),
      minVersion: 'TLSv1.2',
      maxHeaderSize: MAX_HEADER_BYTES,
      noDelay: true,
      SNICallback: (serverName, done) => {
        if (trouble().wrongCertificate) done(null, executeApi);
        else done(null, options.domains.has(serverName.toLowerCase()) ? custom : other);
      },
    },
    (request, response) => {
      void troubled(request, trouble(), () => answer(request, options))
        .catch(failed(options.log))
        .then((result) => send(request, response, result))
        .catch(() => response.destroy());
    },
  );
  // Longer than the edge keeps an idle connection: the closing end must be the one that sends requests.
  server.keepAliveTimeout = 75_000;
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  // Every connection, those without a handshake too: Node does not count them among a server's own, yet waits for them.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (trouble().down) socket.resetAndDestroy();
  });
  const open = (bind: Endpoint): Promise<Endpoint> =>
    listen(server, bind, 'an API gateway', '--loopback or --port');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  let endpoint = await open(options.bind);
  return {
    get endpoint() {
      return endpoint;
    },
    reset: () => {
      // A resumed session shows no certificate.
      server.setTicketKeys(randomBytes(TICKET_KEY_BYTES));
      server.closeAllConnections();
    },
    moveTo: async (next) => {
      if (next.address === endpoint.address && next.port === endpoint.port) return;
      await close();
      endpoint = await open(next);
    },
    close,
  };
}

async function troubled(
  request: IncomingMessage,
  { slowMs = 0, errors, headers }: GatewayTrouble,
  answered: () => Promise<GatewayResponse>,
): Promise<GatewayResponse> {
  if (slowMs > 0) await sleep(slowMs);
  if (errors === undefined || Math.random() >= errors.rate) {
    const response = await answered();
    return headers === undefined ? response : { ...response, headers: { ...response.headers, ...headers } };
  }
  request.resume();
  return failing(errors.status);
}

const pemOf = (file: string): { cert: Buffer; key: Buffer } => {
  const pem = readFileSync(file);
  return { cert: pem, key: pem };
};

const contextOf = (file: string): SecureContext =>
  createSecureContext({ ...pemOf(file), minVersion: 'TLSv1.2' });

async function answer(request: IncomingMessage, options: GatewayOptions): Promise<GatewayResponse> {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const stage = options.domains.get(host);
  const serverName = request.socket instanceof TLSSocket ? request.socket.servername : undefined;
  if (stage === undefined || serverName !== host) {
    request.resume();
    return forbidden(amznRequestId());
  }
  const body = await readBody(request);
  if (body === undefined) return requestTooLarge();
  const path = request.url ?? '/';
  const route = options.routes.find(({ pathPrefix }) => path.startsWith(pathPrefix));
  if (!route) return internalServerError();
  const requestId = gatewayRequestId();
  const event = gatewayEvent({
    message: request,
    body,
    host,
    stage,
    routeKey: route.routeKey,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    port: request.socket.localPort ?? options.bind.port,
    requestId,
    now: new Date(),
  });
  const { headers, ...response } = await invokeInTime(route.invoke, event, options);
  return { ...response, headers: { ...headers, 'apigw-requestid': requestId } };
}

async function invokeInTime(
  invoke: Invoke,
  event: APIGatewayProxyEventV2,
  { integrationTimeoutMs = INTEGRATION_TIMEOUT_MS, log }: GatewayOptions,
): Promise<GatewayResponse> {
  const { promise: timeout, resolve } = Promise.withResolvers<GatewayResponse>();
  const timer = setTimeout(() => resolve(integrationTimeout()), integrationTimeoutMs);
  try {
    return await Promise.race([invoke(event).then(gatewayResponse, failed(log)), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function failed(log: (line: string) => void): (error: unknown) => GatewayResponse {
  return (error) => {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return internalServerError();
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: GatewayResponse,
): void {
  const bodiless = status === 204 || status === 304;
  const isHead = request.method === 'HEAD';
  // Of a HEAD only the function knows how long the body would be (RFC 9110, section 9.3.2).
  const told = isHead ? headers['content-length'] : undefined;
  const length = typeof told === 'string' ? told : String(body.length);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!bodiless) response.setHeader('content-length', length);
  response.writeHead(status);
  response.end(bodiless || isHead ? undefined : body);
}
