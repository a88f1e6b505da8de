import { quoted } from './quoting.ts';

/** haproxy's log format is text: what is quoted here is JSON once haproxy has put the values in. */
const line = (fields: readonly (readonly [name: string, value: string])[]): string =>
  quoted(`{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`);

const text = (value: string): string => `"${value}"`;
const escaped = (variable: string, maxBytes: number): string =>
  text(`%[var(${variable}),bytes(0,${maxBytes}),json(utf8s)]`);

/** Longer lines would be cut, and be JSON no more: enough for the fields below, each byte of them escaped. */
export const MAX_LINE_BYTES = 8192;

/** What the log line of a request needs to know of it, whatever rule answers it. */
export const rememberForLog: readonly string[] = [
  'http-request set-var(txn.host) req.hdr(host),host_only,lower',
  'http-request set-var(txn.path) path',
  'http-request set-var(txn.version) req.ver',
];

/** One line per request. Times are in milliseconds, -1 for what was not reached; `upstream` is a region. */
export const accessLog = line([
  ['time', '%[date(0,ms)]'],
  ['event', text('request')],
  ['listener', text('%f')],
  ['requestId', text('%ID')],
  ['client', text('%ci')],
  ['tls', text('%sslv')],
  ['protocol', text('HTTP/%[var(txn.version)]')],
  ['method', text('%HM')],
  ['host', escaped('txn.host', 253)],
  ['path', escaped('txn.path', 512)],
  ['status', '%ST'],
  ['bytes', '%B'],
  ['upstream', text('%s')],
  ['retries', text('%rc')],
  ['msConnect', '%Tc'],
  ['msResponse', '%Tr'],
  ['msTotal', '%Ta'],
  ['termination', text('%ts')],
]);

/** A connection that never came to a request: a TLS handshake that failed, for example. */
export const connectionErrorLog = line([
  ['time', '%[date(0,ms)]'],
  ['event', text('connection-error')],
  ['listener', text('%f')],
  ['client', text('%ci')],
  ['error', text('%[fc_err_str]')],
  ['tlsError', text('%[ssl_fc_err_str]')],
]);

/** A request that one upstream failed; the line of the request itself says where it went then. */
export const upstreamFailureLog = (upstream: string): string =>
  line([
    ['time', '%[date(0,ms)]'],
    ['event', text('upstream-failure')],
    ['requestId', text('%ID')],
    ['upstream', text(upstream)],
    ['method', text('%HM')],
    ['status', '%ST'],
    ['msConnect', '%Tc'],
    ['msResponse', '%Tr'],
    ['msTotal', '%Ta'],
    ['termination', text('%ts')],
  ]);
