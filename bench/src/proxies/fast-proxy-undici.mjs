import { createServer } from 'node:https';
import fastProxy from 'fast-proxy';
import { apiHost, ca, port, tls, upstream } from './options.mjs';

const { proxy } = fastProxy({ base: upstream, undici: { connect: { ca, servername: apiHost } } });
const options = { rewriteRequestHeaders: (_request, headers) => ({ ...headers, host: apiHost }) };
createServer(tls, (request, response) => proxy(request, response, request.url, options)).listen(
  port,
  '127.0.0.1',
);
