import type { IncomingHttpHeaders } from 'node:http';
import type { EdgeErrorReason } from '@isochrone/config-gen';
import type { ClientRate } from './client-rate.ts';
import type { Exchange } from './exchange.ts';
import { headBytes } from './headers.ts';
import type { Rules } from './rules.ts';

/** Methods that may have a body and reach an upstream. */
export const BODY_METHODS = ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
/** Methods that reach an upstream; the others are answered with 405. */
export const FORWARDED_METHODS = ['GET', 'HEAD', ...BODY_METHODS] as const;

const forwarded: ReadonlySet<string> = new Set(FORWARDED_METHODS);

/** What becomes of a request whose head has come: it is refused, answered as a health check, or forwarded. */
export type Judgement = EdgeErrorReason | 'health' | 'forward';

export interface RequestHead {
  readonly httpVersionMajor: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

/** Judges one request; the order is the same on both engines. Counts it against its client's rate. */
export function judge(
  { config, acceptedHosts }: Rules,
  rate: ClientRate,
  exchange: Exchange,
  head: RequestHead,
): Judgement {
  const { limits, healthPath } = config;
  const { method, host, target } = exchange;
  if (hasSeveralHosts(head)) return 'bad-request';
  if (host === undefined || !acceptedHosts.has(host)) return 'foreign-host';
  if (target === healthPath || target.startsWith(`${healthPath}?`)) {
    return method === 'GET' || method === 'HEAD' ? 'health' : 'method-not-allowed';
  }
  if (!rate.allows(exchange.client, limits.clientRate, exchange.startedAt)) return 'rate-limited';
  if (target.length > limits.targetBytes) return 'target-too-long';
  // Node's own limit counts for HTTP/1.1 alone.
  if (head.httpVersionMajor === 2 && headBytes(head.rawHeaders) > limits.headerBytes) return 'head-too-large';
  if (Number(head.headers['content-length'] ?? 0) > limits.bodyBytes) return 'body-too-large';
  if (!forwarded.has(method)) return 'method-not-allowed';
  return isForwardable(target) ? 'forward' : 'bad-request';
}

/**
 * Whether a target is what every server on the way reads alike: a path and a query of printable ASCII, which are passed on
 * as they are. Some servers take other bytes for white space, and undici sends no `*`.
 */
export const isForwardable = (target: string): boolean => /^\/[\x21-\x7e]*$/.test(target);

/** RFC 9112, section 3.2: whoever sends two may mean either. */
function hasSeveralHosts({ rawHeaders }: RequestHead): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name !== undefined && name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts > 1;
}
