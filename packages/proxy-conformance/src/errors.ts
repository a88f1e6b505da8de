export const ERROR_CODES = [
  'PROXY_CONFORMANCE_EDGE_NOT_READY',
  'PROXY_CONFORMANCE_EMPTY_REASON',
  'PROXY_CONFORMANCE_NOT_BUILT',
  'PROXY_CONFORMANCE_TOO_MANY_SKIPS',
  'PROXY_CONFORMANCE_UNKNOWN_CASE',
  'PROXY_CONFORMANCE_USAGE',
] as const;

export type ProxyConformanceErrorCode = (typeof ERROR_CODES)[number];

/** Anything that keeps the suite from running; what a case finds is a result, not an error of this kind. */
export class ProxyConformanceError extends Error {
  readonly code: ProxyConformanceErrorCode;
  readonly hint: string;

  constructor(
    code: ProxyConformanceErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'ProxyConformanceError';
    this.code = code;
    this.hint = options.hint;
  }
}
