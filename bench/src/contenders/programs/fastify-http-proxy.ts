/** @fastify/http-proxy as it comes: only the Host is set, from which its client derives the SNI. */
import type { IncomingHttpHeaders } from 'node:http';
import proxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { readSite, tlsOf } from './site.ts';

const site = readSite();
const app = fastify({ https: tlsOf(site) });
await app.register(proxy, {
  upstream: site.upstream,
  replyOptions: {
    rewriteRequestHeaders: (_request: unknown, headers: IncomingHttpHeaders) => ({
      ...headers,
      host: site.apiHost,
    }),
  },
});
await app.listen({ host: site.bind.address, port: site.bind.port });
