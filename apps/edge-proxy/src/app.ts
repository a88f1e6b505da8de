import { randomUUID } from 'node:crypto';
import httpProxy from '@fastify/http-proxy';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import { answerClientError } from './client-errors.ts';
import { ClientRate } from './client-rate.ts';
import { type Connections, trackConnections } from './connections.ts';
import type { Conversation } from './conversation.ts';
import { forwardDirectly } from './direct.ts';
import { FailoverDispatcher } from './failover.ts';
import { forwardingOptions } from './forwarding.ts';
import { edgeHeaders } from './headers.ts';
import { BODY_METHODS, FORWARDED_METHODS, type Judgement, judge } from './judgement.ts';
import { certificateOf, type Materials } from './materials.ts';
import type { Rates } from './messages.ts';
import { createMetrics } from './metrics.ts';
import { createReception } from './reception.ts';
import { answer, answerProblem, cut, reasonOf } from './replies.ts';
import { RetryBudget } from './retry-budget.ts';
import { type LiveRules, rulesOf } from './rules.ts';
import { alone, countHandshakes, createTlsServer, handTo, reloadServer, type Share } from './tls-listener.ts';
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
  /** What is in force. */
  config(): EdgeProxyConfig;
  readonly metrics: Registry;
  /** What busy clients, those with at least `least` requests, did here since the last time. */
  news(least: number): Rates;
  /** What they did elsewhere. */
  addNews(rates: Rates): void;
  /** Goes on under another configuration, without losing a request; addresses to listen at stay what they are. */
  reload(config: EdgeProxyConfig, materials: Materials): void;
}

/** The TLS side of the proxy, not listening yet; closing `app` closes everything that it opened. */
export function buildApp(
  config: EdgeProxyConfig,
  materials: Materials,
  log: LogOptions,
  share: Share = alone(),
): EdgeApp {
  const rules: LiveRules = { current: rulesOf(config) };
  const rate = new ClientRate();
  let draining = false;

  const server = createTlsServer(config, materials, share);
  const connections = trackConnections(server, config.maxConnectionAge);
  const reception = createReception({ rules, connections, metrics: () => metrics, log: () => app.log });

  /** Answers what is not to be forwarded. */
  function settle(conversation: Conversation, judgement: Exclude<Judgement, 'forward'>): void {
    if (judgement === 'health') answerHealth(conversation);
    else if (judgement === 'method-not-allowed' && isHealthPath(conversation))
      answerProblem(conversation, judgement, { allow: 'GET, HEAD' });
    else answerProblem(conversation, judgement);
  }

  function answerHealth(conversation: Conversation): void {
    const { instance, region } = conversation.rules.config;
    const idle = upstreams.candidates().length === 0 ? 'no-healthy-upstream' : 'ok';
    const status = draining ? 'draining' : idle;
    answer(
      conversation,
      status === 'ok' ? 200 : 503,
      { 'content-type': 'application/json; charset=utf-8' },
      JSON.stringify({ status, instance, region, engine: 'fastify' }),
    );
  }

  const app = Fastify({
    serverFactory: handTo(server, (request, response) => {
      const conversation = reception.begin(request, response);
      if (ROUTED.has(conversation.exchange.method)) return true;
      const judgement = judge(conversation.rules, rate, conversation.exchange, request);
      settle(conversation, judgement === 'forward' ? 'method-not-allowed' : judgement);
      return false;
    }),
    // Requests that arrive on open connections while the proxy stops are still served.
    return503OnClosing: false,
    logger: {
      level: log.level,
      base: { instance: rules.current.instanceLabel },
      ...(log.stream ? { stream: log.stream } : {}),
    },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => '',
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER },
    // Routes differ by method alone; a path that is no valid URL is the upstream's business.
    rewriteUrl: () => '/',
    frameworkErrors: (error, request, reply) => {
      reply.hijack();
      const conversation = reception.of(request.raw);
      const judgement = judge(conversation.rules, rate, conversation.exchange, request.raw);
      settle(conversation, judgement === 'forward' ? reasonOf(error) : judgement);
    },
    clientErrorHandler: (error, socket) => {
      const requestId = randomUUID();
      const reason = answerClientError(error, socket, edgeHeaders(rules.current.instanceLabel, requestId));
      if (reason !== undefined) reception.unread(error, socket, requestId, reason);
    },
  });
  const upstreams = openUpstreams(config, materials, app.log);
  const budget = new RetryBudget();
  const dispatcher = new FailoverDispatcher({ candidates: upstreams.candidates, budget });
  let { expiry } = certificateOf(materials);
  const metrics = createMetrics({
    connections: () => connections.count,
    retriesLeft: () => budget.left(rules.current.config.retryBudget, performance.now()),
    upstreams: upstreams.status,
    certificateExpiry: () => expiry,
  });
  countHandshakes(server, metrics);
  app.addHook('onListen', () => upstreams.start());
  app.addHook('onClose', () => upstreams.close());
  server.once('close', () => reception.stop());

  // Bodies pass through untouched: parsing them would cost time, and refuse types that only the upstream knows.
  for (const method of BODY_METHODS) app.addHttpMethod(method, { hasBody: false, overrideExisting: true });

  app.decorateRequest('conversation');
  app.addHook('onRequest', (request: FastifyRequest, reply, done) => {
    const conversation = reception.of(request.raw);
    request.conversation = conversation;
    const judgement = judge(conversation.rules, rate, conversation.exchange, request.raw);
    if (judgement === 'forward') return done();
    reply.hijack();
    settle(conversation, judgement);
  });
  app.setErrorHandler((error, { conversation }, reply) => {
    const reason = reasonOf(error);
    const { requestId, over } = conversation.exchange;
    if (reason === 'internal-error') app.log.error({ requestId, err: error }, 'unexpected error');
    reply.hijack();
    if (reply.raw.headersSent) cut(reply.raw);
    else if (!over) answerProblem(conversation, reason);
  });

  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: ({ conversation }, reply) => {
      reply.hijack();
      forwardDirectly(conversation, dispatcher);
    },
  });
  // reply-from logs what it does as the request; each request has one line, and that is the access log's.
  app.register(httpProxy, { ...forwardingOptions(dispatcher), logLevel: 'silent' });

  return {
    app,
    connections,
    startDraining: () => {
      draining = true;
      connections.drain();
    },
    plainHeaders: () => edgeHeaders(rules.current.instanceLabel, randomUUID()),
    config: () => rules.current.config,
    metrics: metrics.registry,
    news: (least) => rate.news(least),
    addNews: (rates) => {
      for (const [client, requests] of rates) rate.add(client, requests, performance.now());
    },
    reload: (next, files) => {
      ({ expiry } = certificateOf(files));
      reloadServer(server, next, files, share);
      connections.limitAge(next.maxConnectionAge);
      upstreams.reload(next, files);
      rules.current = rulesOf(next);
    },
  };
}

const ROUTED: ReadonlySet<string> = new Set(FORWARDED_METHODS);

const isHealthPath = ({ exchange, rules }: Conversation): boolean =>
  exchange.target.split('?', 1)[0] === rules.config.healthPath;
