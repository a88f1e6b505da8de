/**
 * @fastify/http-proxy as it comes: only the Host is set, from which its client derives the SNI. This workspace makes
 * reply-from use another undici, at which it is slower; here it gets the one that it asks for, with what it gives it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import proxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { Agent } from 'undici7';
import { readSite, tlsOf } from './site.ts';

const site = readSite();
const app = fastify({ https: tlsOf(site) });
await app.register(proxy, {
  upstream: site.upstream,
  undici: new Agent({ connections: 128, pipelining: 1, connect: { rejectUnauthorized: false } }),
  replyOptions: {
    rewriteRequestHeaders: (_request: unknown, headers: IncomingHttpHeaders) => ({
      ...headers,
      host: site.apiHost,
    }),
  },
});
await app.listen({ host: site.bind.address, port: site.bind.port });
