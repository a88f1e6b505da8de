import { constants, Http2ServerResponse } from 'node:http2';
import type { FastifyHttpProxyOptions } from '@fastify/http-proxy';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { askedHostname } from './authority.ts';
import { hasBody, limitedBody } from './body.ts';
import { exchanges } from './exchange.ts';
import { FailoverDispatcher } from './failover.ts';
import { clientResponseHeaders, upstreamRequestHeaders } from './headers.ts';
import { sendProblem } from './replies.ts';
import { upstreamFailureReason } from './upstream-errors.ts';
import type { Upstreams } from './upstreams.ts';

/** Methods that reach an upstream; the others are answered with 405. */
export const BODY_METHODS = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
export const FORWARDED_METHODS = ['GET', 'HEAD', ...BODY_METHODS] as const;

/** How @fastify/http-proxy is to forward: through our dispatcher, which alone decides where to and whether again. */
export function forwardingOptions(
  config: EdgeProxyConfig,
  candidates: Upstreams['candidates'],
): FastifyHttpProxyOptions {
  const { limits, timeouts } = config;
  return {
    // Replaced for each attempt by the upstream's own name.
    upstream: 'https://upstream.invalid',
    undici: new FailoverDispatcher({
      candidates,
      headersMs: timeouts.headers * 1_000,
      writeHeadersMs: timeouts.writeHeaders * 1_000,
      attemptsMs: timeouts.attempts * 1_000,
    }),
    httpMethods: [...FORWARDED_METHODS],
    proxyPayloads: false,
    disableRequestLogging: true,
    internalRewriteLocationHeader: false,
    handler: (request, reply, destination, options) => {
      const { exchange, raw } = request;
      if (hasBody(raw)) request.body = limitedBody(raw, limits.bodyBytes);
      exchanges.run(exchange, () => reply.from(destination, options));
    },
    replyOptions: {
      // reply-from would ask the same failing upstream ten times, waiting in between.
      retryDelay: () => null,
      rewriteRequestHeaders: (request) =>
        upstreamRequestHeaders(request.headers, {
          address: request.ip,
          hostname: askedHostname(request) ?? config.publicHostname,
          requestId: request.id,
          bodyless: request.method === 'GET' || request.method === 'HEAD',
        }),
      rewriteHeaders: (headers) => clientResponseHeaders(headers),
      onResponse: (request, reply, { stream }) => {
        stream.once('error', (error: Error) => {
          request.exchange.failure = error;
          cutStream(reply.raw);
        });
        reply.send(stream);
      },
      onError: (reply, { error }) => {
        const cause = error.cause ?? error;
        reply.request.exchange.failure = cause;
        sendProblem(reply, upstreamFailureReason(cause));
      },
    },
  };
}

/** Ends an HTTP/2 response as a failure: Fastify ends it without an error code, and half a body passes for a whole one. */
function cutStream(response: unknown): void {
  if (response instanceof Http2ServerResponse) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}
