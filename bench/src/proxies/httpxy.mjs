import { Agent, createServer } from 'node:https';
import { createProxyServer } from 'httpxy';
import { apiHost, ca, port, tls, upstream } from './options.mjs';

const proxy = createProxyServer({
  target: upstream,
  agent: new Agent({ keepAlive: true, ca, servername: apiHost }),
  headers: { host: apiHost },
  xfwd: true,
});
proxy.on('error', (_error, _request, response) => response.writeHead(502).end());
createServer(tls, (request, response) => proxy.web(request, response)).listen(port, '127.0.0.1');
