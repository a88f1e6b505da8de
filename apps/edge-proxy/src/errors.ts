export const ERROR_CODES = [
  'EDGE_PROXY_ATTEMPTS_TIMEOUT',
  'EDGE_PROXY_BODY_TIMEOUT',
  'EDGE_PROXY_BODY_TOO_LARGE',
  'EDGE_PROXY_CERTIFICATE_INVALID',
  'EDGE_PROXY_CONFIG_INVALID',
  'EDGE_PROXY_FILE_UNREADABLE',
  'EDGE_PROXY_LISTEN_FAILED',
  'EDGE_PROXY_NO_HEALTHY_UPSTREAM',
  'EDGE_PROXY_ORIGIN_CA_INVALID',
  'EDGE_PROXY_UPSTREAM_DNS',
  'EDGE_PROXY_WORKERS_LOST',
] as const;

export type EdgeProxyErrorCode = (typeof ERROR_CODES)[number];

/** Something that this proxy refuses or cannot do; `code` says what, `hint` how to mend it. */
export class EdgeProxyError extends Error {
  override readonly name = 'EdgeProxyError';
  readonly code: EdgeProxyErrorCode;
  readonly hint: string;

  constructor(code: EdgeProxyErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The `code` of a system, TLS, DNS or undici error, if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The message of whatever was thrown. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
