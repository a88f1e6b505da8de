import { quoted } from './quoting.ts';

/** haproxy's log format is text: what is quoted here is JSON once haproxy has put the values in. */
const line = (fields: readonly (readonly [name: string, value: string])[]): string =>
  quoted(`{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`);

const text = (value: string): string => `"${value}"`;

/** A variable between quotes; `""` where it is not set, as haproxy by itself would write a dash. */
const textOf = (variable: string): string => `%[str(\\"),concat(,${variable},\\")]`;

/** Longer lines would be cut, and be JSON no more: enough for the fields below, each byte of them escaped. */
export const MAX_LINE_BYTES = 8192;

/** What the log line of a request needs to know of it, whatever rule answers it. */
export const rememberForLog: readonly string[] = [
  'http-request set-var(txn.host) req.hdr(host),host_only,lower',
  'http-request set-var(txn.log_host) var(txn.host),bytes(0,253),json(utf8s)',
  'http-request set-var(txn.log_path) path,bytes(0,512),json(utf8s)',
  'http-request set-var(txn.version) req.ver',
];

/**
 * One line per request. Times are in milliseconds, -1 for what was not reached; `upstream` and `retried` are regions.
 * The fields up to `msTotal` are those of both engines.
 */
export const accessLog = (instance: string): string =>
  line([
    ['time', '%[date(0,ms)]'],
    ['event', text('request')],
    ['instance', text(instance)],
    ['requestId', text('%ID')],
    ['client', text('%ci')],
    ['tls', text('%sslv')],
    ['protocol', text('HTTP/%[var(txn.version)]')],
    ['method', text('%HM')],
    ['host', textOf('txn.log_host')],
    ['path', textOf('txn.log_path')],
    ['status', '%ST'],
    ['bytes', '%B'],
    ['upstream', textOf('txn.upstream')],
    ['retried', textOf('txn.retried')],
    ['reason', textOf('txn.reason')],
    ['msUpstream', '%Tr'],
    ['msTotal', '%Ta'],
    ['listener', text('%f')],
    ['retries', text('%rc')],
    ['termination', text('%ts')],
  ]);

/** A connection that never came to a request: a TLS handshake that failed, for example. */
export const connectionErrorLog = (instance: string): string =>
  line([
    ['time', '%[date(0,ms)]'],
    ['event', text('connection-error')],
    ['instance', text(instance)],
    ['listener', text('%f')],
    ['client', text('%ci')],
    ['error', text('%[fc_err_str]')],
    ['tlsError', text('%[ssl_fc_err_str]')],
  ]);

/** A request that one upstream failed; the line of the request itself says where it went then. */
export const upstreamFailureLog = (instance: string, upstream: string): string =>
  line([
    ['time', '%[date(0,ms)]'],
    ['event', text('upstream-failure')],
    ['instance', text(instance)],
    ['requestId', text('%ID')],
    ['upstream', text(upstream)],
    ['method', text('%HM')],
    ['status', '%ST'],
    ['msConnect', '%Tc'],
    ['msUpstream', '%Tr'],
    ['msTotal', '%Ta'],
    ['termination', text('%ts')],
  ]);
