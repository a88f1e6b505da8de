import { quoted } from './quoting.ts';

/** haproxy's log format is text: what is quoted here is JSON once haproxy has put the values in. */
const line = (fields: readonly (readonly [name: string, value: string])[]): string =>
  quoted(`{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`);

const text = (value: string): string => `"${value}"`;
const escaped = (variable: string): string => text(`%[var(${variable}),json(utf8s)]`);

/** One line per request. Times are in milliseconds, -1 for what was not reached; `upstream` is a region. */
export const accessLog = line([
  ['time', '%[date(0,ms)]'],
  ['event', text('request')],
  ['listener', text('%f')],
  ['requestId', text('%ID')],
  ['client', text('%ci')],
  ['tls', text('%sslv')],
  ['protocol', text('%HV')],
  ['method', text('%HM')],
  ['host', escaped('txn.host')],
  ['path', escaped('txn.path')],
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
