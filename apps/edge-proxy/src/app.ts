import { randomUUID } from 'node:crypto';
import httpProxy from '@fastify/http-proxy';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { accessLogFields } from './access-log.ts';
import { askedHostname, requestTarget } from './authority.ts';
import { answerClientError } from './client-errors.ts';
import { type Connections, trackConnections } from './connections.ts';
import { BODY_METHODS, FORWARDED_METHODS, forwardingOptions } from './forwarding.ts';
import { edgeHeaders, headBytes } from './headers.ts';
import type { Materials } from './materials.ts';
import { reasonOf, sendProblem } from './replies.ts';
import { createTlsServer, handTo } from './tls-listener.ts';
import { openUpstreams } from './upstreams.ts';

export interface LogOptions {
  readonly level: string;
  /** Standard output where absent. */
  readonly stream?: { write(line: string): void };
}

export interface EdgeApp {
  readonly app: FastifyInstance;
  readonly connections: Connections;
  /** From now on the health check answers 503, and every response asks its client to connect anew. */
  startDraining(): void;
  /** What answers of the plain listener carry. */
  plainHeaders(): Readonly<Record<string, string>>;
}

/** The TLS side of the proxy, not listening yet; closing `app` closes everything that it opened. */
export function buildApp(config: EdgeProxyConfig, materials: Materials, log: LogOptions): EdgeApp {
  const { limits } = config;
  const instanceLabel = config.instance.split('.', 1)[0] ?? config.instance;
  const accepted: ReadonlySet<string> = new Set(config.acceptedHosts);
  let draining = false;

  const server = createTlsServer(config, materials);
  const connections = trackConnections(server, config.maxConnectionAge);
  const app = Fastify({
    serverFactory: handTo(server),
    // Requests that arrive on open connections while the proxy stops are still served.
    return503OnClosing: false,
    logger: {
      level: log.level,
      base: { instance: instanceLabel },
      ...(log.stream ? { stream: log.stream } : {}),
    },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: limits.targetBytes },
    rewriteUrl: ({ url = '/' }) => requestTarget(url).path,
    frameworkErrors: (error, request, reply) => {
      welcome(request, reply);
      sendProblem(reply, reasonOf(error));
    },
    clientErrorHandler: (error, socket) =>
      answerClientError(error, socket, edgeHeaders(instanceLabel, randomUUID())),
  });
  const upstreams = openUpstreams(config, materials.originCa, app.log);
  app.addHook('onListen', () => upstreams.start());
  app.addHook('onClose', () => upstreams.close());

  // Bodies pass through untouched: parsing them would cost time, and refuse types that only the upstream knows.
  for (const method of BODY_METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true });

  app.decorateRequest('exchange');
  /** Begins every exchange, and sees to it that it ends: in the log, and upstream where the client left early. */
  function welcome(request: FastifyRequest, reply: FastifyReply): void {
    request.exchange = { peer: request.ip };
    reply.headers(edgeHeaders(instanceLabel, request.id));
    reply.raw.once('close', () => {
      if (!reply.raw.writableEnded) request.exchange.abort?.(new Error('the client left'));
      app.log.info(accessLogFields(request, reply), 'request');
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    welcome(request, reply);
    const { raw } = request;
    if (raw.httpVersionMajor === 1 && connections.isOld(raw.socket)) reply.header('connection', 'close');
    const hostname = askedHostname(request);
    if (hostname === undefined || !accepted.has(hostname)) return void sendProblem(reply, 'foreign-host');
    if (request.url.length > limits.targetBytes) return void sendProblem(reply, 'target-too-long');
    // Node's own limit counts for HTTP/1.1 alone.
    if (raw.httpVersionMajor === 2 && headBytes(raw.rawHeaders) > limits.headerBytes) {
      return void sendProblem(reply, 'head-too-large');
    }
    if (Number(raw.headers['content-length'] ?? 0) > limits.bodyBytes)
      return void sendProblem(reply, 'body-too-large');
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const reason = reasonOf(error);
    if (reason === 'internal-error') app.log.error({ request: request.id, err: error }, 'unexpected error');
    return sendProblem(reply, reason);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply.header('allow', FORWARDED_METHODS.join(', ')), 'method-not-allowed'),
  );

  app.route({
    method: [...FORWARDED_METHODS],
    url: config.healthPath,
    handler: (request, reply) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        return sendProblem(reply.header('allow', 'GET, HEAD'), 'method-not-allowed');
      }
      const status = draining
        ? 'draining'
        : upstreams.candidates().length === 0
          ? 'no-healthy-upstream'
          : 'ok';
      return reply
        .code(status === 'ok' ? 200 : 503)
        .header('cache-control', 'no-store')
        .send({ status, instance: config.instance, region: config.region, engine: 'fastify' });
    },
  });

  // reply-from logs what it does as the request; each request has one line, and that is the access log's.
  app.register(httpProxy, { ...forwardingOptions(config, upstreams.candidates), logLevel: 'silent' });

  return {
    app,
    connections,
    startDraining: () => {
      draining = true;
      connections.ageSooner(0);
    },
    plainHeaders: () => edgeHeaders(instanceLabel, randomUUID()),
  };
}
