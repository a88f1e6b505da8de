import type { FastifyHttpProxyOptions } from '@fastify/http-proxy';
import { conversations } from './conversation.ts';
import type { FailoverDispatcher } from './failover.ts';
import { BODY_METHODS } from './judgement.ts';
import { answerProblem, cut } from './replies.ts';
import { upstreamFailureReason } from './upstream-errors.ts';
import { upstreamBodyOf, upstreamHeadersOf } from './upstream-request.ts';

/** The dispatcher puts the request's own target in its place; reply-from refuses some that an upstream may well have. */
const ANY_PATH = '/';

/** How @fastify/http-proxy is to forward: through our dispatcher, which alone decides where to and whether again. */
export function forwardingOptions(dispatcher: FailoverDispatcher): FastifyHttpProxyOptions {
  return {
    // Replaced for each attempt by the upstream's own name.
    upstream: 'https://upstream.invalid',
    undici: dispatcher,
    httpMethods: [...BODY_METHODS],
    proxyPayloads: false,
    disableRequestLogging: true,
    internalRewriteLocationHeader: false,
    handler: (request, reply, _destination, options) => {
      const { conversation } = request;
      request.body = upstreamBodyOf(conversation) ?? undefined;
      conversations.run(conversation, () => reply.from(ANY_PATH, options));
    },
    replyOptions: {
      // reply-from would ask the same failing upstream ten times, waiting in between.
      retryDelay: () => null,
      rewriteRequestHeaders: ({ conversation }) => upstreamHeadersOf(conversation, true),
      onResponse: (request, reply, { stream }) => {
        stream.once('error', (error: Error) => {
          request.conversation.exchange.failure = error;
          cut(reply.raw);
        });
        reply.send(stream);
      },
      onError: (reply, { error }) => {
        const cause = error.cause ?? error;
        const { conversation } = reply.request;
        conversation.exchange.failure = cause;
        reply.hijack();
        if (!conversation.exchange.over) answerProblem(conversation, upstreamFailureReason(cause));
      },
    },
  };
}
