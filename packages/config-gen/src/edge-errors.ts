/**
 * Every error that an edge proxy answers of itself, whichever the engine: the reason stands in the body
 * (RFC 9457) and in `x-edge-reason`.
 */
export const edgeErrors = {
  'bad-request': { status: 400, title: 'Bad Request' },
  'body-too-large': { status: 413, title: 'Content Too Large' },
  'foreign-host': { status: 421, title: 'Misdirected Request' },
  'head-too-large': { status: 431, title: 'Request Header Fields Too Large' },
  'internal-error': { status: 500, title: 'Internal Server Error' },
  'method-not-allowed': { status: 405, title: 'Method Not Allowed' },
  'no-healthy-upstream': { status: 503, title: 'Service Unavailable' },
  'plain-http': { status: 403, title: 'Forbidden' },
  /** Too many requests of one client address; with `retry-after`. */
  'rate-limited': { status: 429, title: 'Too Many Requests' },
  'request-timeout': { status: 408, title: 'Request Timeout' },
  'target-too-long': { status: 414, title: 'URI Too Long' },
  /** The upstream closed or reset the connection, or sent what is not HTTP, before its response began. */
  'upstream-reset': { status: 502, title: 'Bad Gateway' },
  'upstream-timeout': { status: 504, title: 'Gateway Timeout' },
  /** No connection: the name did not resolve, the port was closed, or the certificate was refused. */
  'upstream-unreachable': { status: 502, title: 'Bad Gateway' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type EdgeErrorReason = keyof typeof edgeErrors;

/** The body of such an answer; its content type is `application/problem+json`. */
export function edgeErrorBody(reason: EdgeErrorReason): string {
  const { status, title } = edgeErrors[reason];
  return JSON.stringify({ status, title, reason });
}
