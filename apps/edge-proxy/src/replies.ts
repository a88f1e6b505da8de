import { type EdgeErrorReason, edgeErrorBody, edgeErrors } from '@isochrone/config-gen';
import type { FastifyReply } from 'fastify';

/** Answers with an error of this proxy's own: RFC 9457 body, and the reason in `x-edge-reason`. */
export function sendProblem(reply: FastifyReply, reason: EdgeErrorReason): FastifyReply {
  reply.request.exchange.reason = reason;
  return (
    reply
      .code(edgeErrors[reason].status)
      .header('cache-control', 'no-store')
      .header('content-type', 'application/problem+json')
      .header('x-edge-reason', reason)
      // As bytes: Fastify appends a charset to the type of JSON text.
      .send(Buffer.from(edgeErrorBody(reason)))
  );
}

/** What an error that Fastify or a plugin threw means for the client. */
export function reasonOf(error: unknown): EdgeErrorReason {
  // reply-from decodes the path, and says nothing better when it cannot.
  if (error instanceof URIError) return 'bad-request';
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413) return 'body-too-large';
  if (status === 414) return 'target-too-long';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad-request' : 'internal-error';
}
