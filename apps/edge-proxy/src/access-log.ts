import type { Exchange } from './exchange.ts';

/** How a request ended. */
export interface Outcome {
  readonly status: number;
  readonly msTotal: number;
  /** Whether the client left, or the response broke off. */
  readonly aborted: boolean;
}

/** Tenths of a millisecond are as exact as the clocks of two engines agree. */
export const tenths = (ms: number): number => Math.round(ms * 10) / 10;

/**
 * The fields of one request's log line, the same ones as haproxy's, and `error` and `aborted`. No header's value but
 * Host's is among them, and no query: either may carry a visitor's or a publisher's secret.
 */
export function accessLogFields(exchange: Exchange, outcome: Outcome): Readonly<Record<string, unknown>> {
  const { failure } = exchange;
  return {
    event: 'request',
    requestId: exchange.requestId,
    client: exchange.client,
    tls: exchange.tls,
    protocol: exchange.protocol,
    method: exchange.method,
    host: exchange.host ?? '',
    path: exchange.target.split('?', 1)[0],
    status: outcome.status,
    bytes: exchange.bytes,
    upstream: exchange.upstream ?? '',
    retried: exchange.retried ?? '',
    reason: exchange.reason ?? '',
    msUpstream: exchange.msUpstream ?? -1,
    msTotal: tenths(outcome.msTotal),
    error: failure instanceof Error ? failure.message : undefined,
    aborted: outcome.aborted || undefined,
  };
}

/** Whether a request is worth a line: all that did not go smoothly, and a share of those that did. */
export function isLogged(
  exchange: Exchange,
  { status, aborted }: Outcome,
  { logSample, healthPath }: { readonly logSample: number; readonly healthPath: string },
  random: () => number = Math.random,
): boolean {
  if (status >= 400 || aborted || exchange.retried !== undefined) return true;
  if (exchange.upstream === undefined && exchange.target.startsWith(healthPath)) return false;
  return logSample >= 1 || random() < logSample;
}
