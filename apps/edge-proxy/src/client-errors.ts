import type { Duplex } from 'node:stream';
import { type EdgeErrorReason, edgeErrorBody, edgeErrors } from '@isochrone/config-gen';
import { errorCode } from './errors.ts';

const reasons: Readonly<Record<string, EdgeErrorReason>> = {
  HPE_HEADER_OVERFLOW: 'head-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Answers what never became a request (it did not parse, was too long, or took too long), then closes the connection. */
export function answerClientError(
  error: unknown,
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
): void {
  const code = errorCode(error) ?? '';
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
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
}
