import type { Duplex } from 'node:stream';
import { type EdgeErrorReason, edgeErrorBody, edgeErrors } from '@isochrone/config-gen';
import { errorCode } from './errors.ts';

const reasons: Readonly<Record<string, EdgeErrorReason>> = {
  HPE_HEADER_OVERFLOW: 'head-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/**
 * Answers what never became a request (it did not parse, was too long, or took too long), then closes the connection.
 * The result is what was answered; undefined where nobody is left to be told.
 */
export function answerClientError(
  error: unknown,
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
): EdgeErrorReason | undefined {
  const code = errorCode(error) ?? '';
  // A handshake that failed, or took too long, leaves nobody who could read an answer.
  if (!(code in reasons || code.startsWith('HPE_')) || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const reason = reasons[code] ?? 'bad-request';
  const { status, title } = edgeErrors[reason];
  const body = edgeErrorBody(reason);
  const fields = {
    ...headers,
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': String(Buffer.byteLength(body)),
    'content-type': 'application/problem+json',
    'x-edge-reason': reason,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${title}`, ...lines, '', body].join('\r\n'));
  return reason;
}
