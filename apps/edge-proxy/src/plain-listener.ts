import { createServer, type Server } from 'node:http';
import { type EdgeErrorReason, type EdgeProxyConfig, edgeErrorBody, edgeErrors } from '@isochrone/config-gen';
import { hostnameOf, requestTarget } from './authority.ts';

/** What the plain listener answers. */
export type PlainAnswer =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'problem'; readonly reason: EdgeErrorReason };

/** Decides for one plain HTTP request: nothing is ever served without TLS, not even the health check. */
export function plainAnswer(
  config: Pick<EdgeProxyConfig, 'acceptedHosts' | 'plainHttp' | 'publicPort'>,
  target: string,
  host: string | undefined,
): PlainAnswer {
  if (config.plainHttp === 'refuse') return { kind: 'problem', reason: 'plain-http' };
  const { authority, path } = requestTarget(target);
  const hostname = hostnameOf(authority ?? host);
  if (hostname === undefined || !config.acceptedHosts.includes(hostname)) {
    return { kind: 'problem', reason: 'foreign-host' };
  }
  if (!path.startsWith('/')) return { kind: 'problem', reason: 'bad-request' };
  const port = config.publicPort === 443 ? '' : `:${config.publicPort}`;
  return { kind: 'redirect', location: `https://${hostname}${port}${path}` };
}

/** The listener for plain HTTP: sends visitors to https, or refuses them, as the configuration says at that time. */
export function createPlainListener(
  config: () => EdgeProxyConfig,
  edgeHeaders: () => Readonly<Record<string, string>>,
): Server {
  const { limits, timeouts } = config();
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: timeouts.request * 1_000,
      requestTimeout: timeouts.client * 1_000,
      connectionsCheckingInterval: 1_000,
      noDelay: true,
    },
    (request, response) => {
      const answer = plainAnswer(config(), request.url ?? '', request.headers.host);
      response.setHeaders(new Map(Object.entries(edgeHeaders())));
      // One answer is all there is to say here.
      response.setHeader('connection', 'close');
      if (answer.kind === 'redirect') {
        response.writeHead(308, { location: answer.location, 'content-length': 0 }).end();
        return;
      }
      const body = edgeErrorBody(answer.reason);
      response
        .writeHead(edgeErrors[answer.reason].status, {
          'cache-control': 'no-store',
          'content-type': 'application/problem+json',
          'content-length': Buffer.byteLength(body),
          'x-edge-reason': answer.reason,
        })
        .end(body);
    },
  );
  server.maxConnections = limits.connections;
  return server;
}
