import type { EdgeErrorReason } from '@isochrone/config-gen';

/** What is known of one request on its way: for its access log line, its metrics, and to end it when its client leaves. */
export interface Exchange {
  /** A UUID of this proxy's making; a client's own is dropped. */
  readonly requestId: string;
  /** `performance.now()` when the request's head had come. */
  readonly startedAt: number;
  /** Address of the client's end of the connection; it is gone from the request once the connection is. */
  readonly client: string;
  /** `TLSv1.3` */
  readonly tls: string;
  /** `HTTP/1.1` */
  readonly protocol: string;
  readonly method: string;
  /** What the client asks for, without a port and in lower case; undefined where it names no host. */
  readonly host: string | undefined;
  /** Path and query, as they are sent on. */
  readonly target: string;
  /** Whether this answer should be the last one on its HTTP/1.1 connection. */
  readonly last: boolean;
  /** Region that was asked last. */
  upstream?: string;
  /** Region that failed before. */
  retried?: string;
  /** Whether a retry was due, and the budget did not allow it. */
  retryDenied?: boolean;
  /** Milliseconds until the upstream's response began. */
  msUpstream?: number;
  /** Bytes of the response's body. */
  bytes: number;
  /** `performance.now()` since when it is the client's turn: to read what it was sent. */
  owedSince?: number;
  /** Why this proxy answered itself. */
  reason?: EdgeErrorReason;
  /** Why no upstream's response began, or why it broke off. */
  failure?: unknown;
  /** Whether the response has ended, or its client has gone. */
  over: boolean;
  /** Ends the work upstream; there once it has begun. */
  abort?: (reason: Error) => void;
}
