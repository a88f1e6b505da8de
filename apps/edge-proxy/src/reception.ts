import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type EdgeErrorReason, edgeErrors } from '@isochrone/config-gen';
import type { FastifyBaseLogger } from 'fastify';
import { accessLogFields, isLogged, type Outcome } from './access-log.ts';
import { askedHostname, requestTarget } from './authority.ts';
import type { Connection, Connections } from './connections.ts';
import type { Conversation } from './conversation.ts';
import type { Exchange } from './exchange.ts';
import type { Metrics } from './metrics.ts';
import { cut } from './replies.ts';
import type { LiveRules } from './rules.ts';

/** Milliseconds for an HTTP/2 client to read what it was sent; a silent HTTP/1.1 connection is cut as a whole. */
const READ_MS = 60_000;
const SWEEP_MS = 1_000;

/** Where requests come in: every one is begun here, and ends in the log and the metrics. */
export interface Reception {
  /** Begins a conversation, and sees to it that it ends, upstream, too, where the client leaves early. */
  begin(request: IncomingMessage, response: ServerResponse): Conversation;
  /** The conversation that began with a request. */
  of(request: IncomingMessage): Conversation;
  /** Records what never became a request. */
  unread(error: unknown, socket: Duplex, requestId: string, reason: EdgeErrorReason): void;
  stop(): void;
}

export interface ReceptionOptions {
  readonly rules: LiveRules;
  readonly connections: Connections;
  readonly metrics: () => Metrics;
  readonly log: () => FastifyBaseLogger;
}

export function createReception({ rules, connections, metrics, log }: ReceptionOptions): Reception {
  const begun = new WeakMap<IncomingMessage, Conversation>();
  /** Those of HTTP/2 whose response is not over. */
  const open = new Set<Conversation>();
  const sweep = setInterval(() => {
    const long = performance.now() - READ_MS;
    for (const { exchange, response } of open) if ((exchange.owedSince ?? long) < long) cut(response);
  }, SWEEP_MS);
  sweep.unref();

  function record(exchange: Exchange, outcome: Outcome): void {
    metrics().ended(exchange, outcome);
    if (isLogged(exchange, outcome, rules.current.config))
      log().info(accessLogFields(exchange, outcome), 'request');
  }

  function end(conversation: Conversation): void {
    const { exchange, response } = conversation;
    open.delete(conversation);
    exchange.over = true;
    const aborted = !response.writableEnded;
    const msTotal = performance.now() - exchange.startedAt;
    record(exchange, { status: response.statusCode, msTotal, aborted });
    if (aborted) exchange.abort?.(new Error('the client left'));
  }

  return {
    begin: (request, response) => {
      const connection = connections.of(request);
      const { authority, path } = requestTarget(request.url ?? '/');
      const exchange: Exchange = {
        ...nothingAsked(connection, randomUUID()),
        protocol: `HTTP/${request.httpVersion}`,
        method: request.method ?? '',
        host: askedHostname(authority, request.headers),
        target: path,
        last: request.httpVersionMajor === 1 && (connection === undefined || connections.isOld(connection)),
      };
      const conversation = { rules: rules.current, exchange, request, response };
      begun.set(request, conversation);
      if (request.httpVersionMajor === 2) open.add(conversation);
      response.once('close', () => end(conversation));
      return conversation;
    },
    of: (request) => {
      const conversation = begun.get(request);
      if (conversation === undefined) throw new TypeError('a request that was not received');
      return conversation;
    },
    unread: (failure, socket, requestId, reason) => {
      const exchange = { ...nothingAsked(connections.of({ socket }), requestId), reason, failure };
      record(exchange, { status: edgeErrors[reason].status, msTotal: 0, aborted: false });
    },
    stop: () => clearInterval(sweep),
  };
}

const nothingAsked = (connection: Connection | undefined, requestId: string): Exchange => ({
  requestId,
  startedAt: performance.now(),
  client: connection?.address ?? '',
  tls: connection?.tls ?? '',
  protocol: '',
  method: '',
  host: undefined,
  target: '',
  last: true,
  bytes: 0,
  over: false,
});
