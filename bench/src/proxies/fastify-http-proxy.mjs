import proxy from '@fastify/http-proxy';
import fastify from 'fastify';
import { apiHost, port, tls, upstream } from './options.mjs';

const app = fastify({ https: tls });
app.register(proxy, {
  upstream,
  replyOptions: { rewriteRequestHeaders: (_request, headers) => ({ ...headers, host: apiHost }) },
});
await app.listen({ host: '127.0.0.1', port });
