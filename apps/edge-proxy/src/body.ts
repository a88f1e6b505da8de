import type { IncomingHttpHeaders } from 'node:http';
import { finished, type Readable, Transform } from 'node:stream';
import { EdgeProxyError } from './errors.ts';

export interface BodyLimits {
  readonly bytes: number;
  /** Seconds of silence; absent where the connection's own timeout sees to that. */
  readonly silence?: number;
}

/**
 * A request's body, passed on as it comes until it is longer, or silent for longer, than its limits allow; then it fails.
 * It stands between the client's request and undici, which destroys the body of a failed request: destroying
 * the client's request would cut the connection before the client is told what happened.
 */
export function limitedBody(source: Readable, { bytes: limit, silence }: BodyLimits): Readable {
  let received = 0;
  const timer =
    silence === undefined ? undefined : setTimeout(() => body.destroy(tooSlow(silence)), silence * 1_000);
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer?.refresh();
      received += chunk.length;
      done(received <= limit ? null : tooLarge(limit), chunk);
    },
  });
  finished(source, { writable: false }, (error) => {
    clearTimeout(timer);
    if (error) body.destroy(error);
  });
  body.once('close', () => clearTimeout(timer));
  return source.pipe(body);
}

const tooLarge = (limit: number): EdgeProxyError =>
  new EdgeProxyError(
    'EDGE_PROXY_BODY_TOO_LARGE',
    `a body of more than ${limit} bytes`,
    'send less, or raise limits.bodyBytes',
  );

const tooSlow = (silence: number): EdgeProxyError =>
  new EdgeProxyError(
    'EDGE_PROXY_BODY_TIMEOUT',
    `a body of which nothing came for ${silence} s`,
    'send it faster, or raise timeouts.client',
  );

/** Whether a request brings a body: by its framing headers, or in HTTP/2 by a stream that its headers did not end. */
export function hasBody(request: {
  readonly headers: IncomingHttpHeaders;
  readonly stream?: { readonly endAfterHeaders?: boolean };
}): boolean {
  const { headers, stream } = request;
  if (stream?.endAfterHeaders !== undefined) return !stream.endAfterHeaders;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
