import type { ServerResponse } from 'node:http';
import { Http2ServerResponse } from 'node:http2';
import { CLIENT_RATE_WINDOW, type EdgeErrorReason, edgeErrorBody, edgeErrors } from '@isochrone/config-gen';
import type { Conversation } from './conversation.ts';
import { edgeHeaders, type Headers } from './headers.ts';
import { FORWARDED_METHODS } from './judgement.ts';

/** Sends a whole answer of this proxy's own. */
export function answer(
  { rules, exchange, request, response }: Conversation,
  status: number,
  headers: Headers,
  body: string,
): void {
  const bytes = Buffer.from(body);
  exchange.bytes = exchange.method === 'HEAD' ? 0 : bytes.length;
  response.writeHead(status, {
    ...edgeHeaders(rules.instanceLabel, exchange.requestId),
    ...headers,
    'cache-control': 'no-store',
    'content-length': String(bytes.length),
    ...(exchange.last ? { connection: 'close' } : {}),
  });
  response.end(bytes);
  // RFC 9113, section 8.1: the rest of a request's body is of no use. Once it has been answered, that is.
  if (response instanceof Http2ServerResponse && !request.complete) response.stream.close(NO_ERROR);
}

/** Headers that some errors come with. */
const extras: Partial<Readonly<Record<EdgeErrorReason, Headers>>> = {
  'method-not-allowed': { allow: FORWARDED_METHODS.join(', ') },
  'rate-limited': { 'retry-after': String(CLIENT_RATE_WINDOW) },
};

/** Answers with an error of this proxy's own: RFC 9457 body, and the reason in `x-edge-reason`. */
export function answerProblem(conversation: Conversation, reason: EdgeErrorReason, headers?: Headers): void {
  conversation.exchange.reason = reason;
  answer(
    conversation,
    edgeErrors[reason].status,
    { ...extras[reason], ...headers, 'content-type': 'application/problem+json', 'x-edge-reason': reason },
    edgeErrorBody(reason),
  );
}

/** Error codes of RFC 9113, section 7. */
const NO_ERROR = 0;
const INTERNAL_ERROR = 2;

/** Breaks a response off, so that nobody takes the part that was sent for all of it. */
export function cut(response: ServerResponse | Http2ServerResponse): void {
  // An HTTP/2 stream that is merely destroyed ends without an error code.
  if (response instanceof Http2ServerResponse) response.stream.close(INTERNAL_ERROR);
  else response.destroy();
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
