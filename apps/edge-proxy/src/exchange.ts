import { AsyncLocalStorage } from 'node:async_hooks';
import type { EdgeErrorReason } from '@isochrone/config-gen';

/** What becomes known of one request on its way: for its access log line, and to end it when its client leaves. */
export interface Exchange {
  /** Address of the client's end of the connection; it is gone from the request once the connection is. */
  readonly peer: string;
  /** The upstream that was asked last. */
  upstream?: string;
  /** Whether a second upstream was asked. */
  moved?: boolean;
  /** Why this proxy answered itself. */
  reason?: EdgeErrorReason;
  /** Why no upstream's response began. */
  failure?: unknown;
  /** Ends the work upstream; there once it has begun. */
  abort?: (reason: Error) => void;
}

/**
 * The exchange that a call to the dispatcher belongs to. reply-from tells its dispatcher nothing of the client's
 * request, not even that the client has gone; the dispatcher is called within the same turn, so this reaches it.
 */
export const exchanges = new AsyncLocalStorage<Exchange>();

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
}
