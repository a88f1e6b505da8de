/** http-proxy with an agent that keeps connections; without one it makes a new one for each request. */
import { Agent, createServer } from 'node:https';
import httpProxy from 'http-proxy';
import { readSite, tlsOf } from './site.ts';

const site = readSite();
const proxy = httpProxy.createProxyServer({
  target: site.upstream,
  agent: new Agent({ keepAlive: true }),
  headers: { host: site.apiHost },
  secure: true,
});
proxy.on('error', (_error, _request, response) => {
  if ('writeHead' in response && !response.headersSent) response.writeHead(502);
  response.end();
});
createServer(tlsOf(site), (request, response) => proxy.web(request, response)).listen(
  site.bind.port,
  site.bind.address,
);
