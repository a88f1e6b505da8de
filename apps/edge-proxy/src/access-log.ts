import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestTarget } from './authority.ts';

/**
 * The fields of one request's log line. No header's value but Host's is among them, and no query: either may carry a
 * visitor's or a publisher's secret.
 */
export function accessLogFields(
  request: FastifyRequest,
  reply: FastifyReply,
): Readonly<Record<string, unknown>> {
  const { exchange, raw } = request;
  const [path] = requestTarget(request.originalUrl).path.split('?', 1);
  return {
    request: request.id,
    peer: exchange.peer,
    protocol: `HTTP/${raw.httpVersion}`,
    method: request.method,
    host: request.host,
    path,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    upstream: exchange.upstream,
    moved: exchange.moved,
    reason: exchange.reason,
    error: exchange.failure instanceof Error ? exchange.failure.message : undefined,
    aborted: reply.raw.writableEnded ? undefined : true,
  };
}
