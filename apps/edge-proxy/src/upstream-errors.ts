import type { EdgeErrorReason } from '@isochrone/config-gen';
import { errorCode } from './errors.ts';

const reasons: Readonly<Record<string, EdgeErrorReason>> = {
  EDGE_PROXY_ATTEMPTS_TIMEOUT: 'upstream-timeout',
  EDGE_PROXY_BODY_TIMEOUT: 'request-timeout',
  EDGE_PROXY_BODY_TOO_LARGE: 'body-too-large',
  EDGE_PROXY_NO_HEALTHY_UPSTREAM: 'no-healthy-upstream',
  EDGE_PROXY_UPSTREAM_DNS: 'upstream-unreachable',
  ECONNREFUSED: 'upstream-unreachable',
  EHOSTUNREACH: 'upstream-unreachable',
  ENETUNREACH: 'upstream-unreachable',
  EPROTO: 'upstream-unreachable',
  ETIMEDOUT: 'upstream-timeout',
  UND_ERR_BODY_TIMEOUT: 'upstream-timeout',
  UND_ERR_CONNECT_TIMEOUT: 'upstream-timeout',
  UND_ERR_HEADERS_TIMEOUT: 'upstream-timeout',
  // What undici refuses to send is the client's doing: the headers and the length are the client's.
  UND_ERR_INVALID_ARG: 'bad-request',
  UND_ERR_NOT_SUPPORTED: 'bad-request',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'bad-request',
};

/** OpenSSL's verification results and Node's TLS errors: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS_ERROR =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|ERROR_IN_C|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH_|SELF_SIGNED_|UNABLE_TO_)/;

/** Why no response of an upstream could begin, in the words that the client is told. */
export function upstreamFailureReason(error: unknown): EdgeErrorReason {
  const code = errorCode(error);
  if (code === undefined) return 'upstream-reset';
  return reasons[code] ?? (TLS_ERROR.test(code) ? 'upstream-unreachable' : 'upstream-reset');
}
