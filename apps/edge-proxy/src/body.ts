import type { IncomingHttpHeaders } from 'node:http';
import { finished, type Readable, Transform } from 'node:stream';
import { EdgeProxyError } from './errors.ts';

/**
 * A request's body, passed on as it comes until it is longer than `limit` bytes; then it fails.
 * It stands between the client's request and undici, which destroys the body of a failed request: destroying
 * the client's request would cut the connection before the client is told what happened.
 */
export function limitedBody(source: Readable, limit: number): Readable {
  let received = 0;
  const body = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      if (received <= limit) done(null, chunk);
      else
        done(
          new EdgeProxyError(
            'EDGE_PROXY_BODY_TOO_LARGE',
            `a body of more than ${limit} bytes`,
            'send less, or raise limits.bodyBytes',
          ),
        );
    },
  });
  finished(source, { writable: false }, (error) => {
    if (error) body.destroy(error);
  });
  return source.pipe(body);
}

/** Whether a request brings a body: by its framing headers, or in HTTP/2 by a stream that its headers did not end. */
export function hasBody(request: {
  readonly headers: IncomingHttpHeaders;
  readonly stream?: { readonly endAfterHeaders?: boolean };
}): boolean {
  const { headers, stream } = request;
  if (stream?.endAfterHeaders !== undefined) return !stream.endAfterHeaders;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
