import { createServer } from 'node:https';
import fastProxy from 'fast-proxy';
import { readSite, tlsOf } from './site.ts';

/** fast-proxy with the client that its options choose. */
export function serveFastProxy(options: fastProxy.FastProxyOptions): void {
  const site = readSite();
  const { proxy } = fastProxy({ base: site.upstream, ...options });
  createServer(tlsOf(site), (request, response) =>
    proxy(request, response, request.url ?? '/', {
      // It would hand the client's `Connection: close` on, and with it the connection to the API.
      rewriteRequestHeaders: (_request, { connection: _, ...headers }) => ({
        ...headers,
        host: site.apiHost,
      }),
    }),
  ).listen(site.bind.port, site.bind.address);
}
