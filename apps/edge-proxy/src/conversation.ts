import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './exchange.ts';
import type { Rules } from './rules.ts';

/** One request and its response. (Those of HTTP/2 have the same members, by Node's compatibility API.) */
export interface Conversation {
  /** The rules that were in force when it began. */
  readonly rules: Rules;
  readonly exchange: Exchange;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The conversation that a call to the dispatcher belongs to. reply-from tells its dispatcher nothing of the client's
 * request, not even that the client has gone; the dispatcher is called within the same turn, so this reaches it.
 */
export const conversations = new AsyncLocalStorage<Conversation>();

declare module 'fastify' {
  interface FastifyRequest {
    conversation: Conversation;
  }
}
