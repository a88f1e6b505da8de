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
  return isPlainPath(target) ? 'forward' : 'bad-request';
}

/** What may hide a way out of the path it seems to be: most paths hold none of it, and need no closer look. */
const SUSPICIOUS = /^\/[/\\]|%|\.\.|[^\x21-\x7e]/;

/** Whether a target is a path that every server on the way reads alike: no `//host`, no `..`, no broken escape. */
export function isPlainPath(target: string): boolean {
  if (!target.startsWith('/')) return false;
  if (!SUSPICIOUS.test(target)) return true;
  const [path = ''] = target.split('?', 1);
  // Neither engine forwards what is not ASCII: each server would read it its own way.
  if (/[^\x21-\x7e]/.test(target) || /^\/[/\\]/.test(path)) return false;
  try {
    return !decodeURIComponent(path).replaceAll('\\', '/').split('/').includes('..');
  } catch {
    return false;
  }
}
