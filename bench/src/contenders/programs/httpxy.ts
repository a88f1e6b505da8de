/** httpxy, the successor of http-proxy, with an agent that keeps connections. */
import { Agent, createServer } from 'node:https';
import { createProxyServer } from 'httpxy';
import { readSite, tlsOf } from './site.ts';

const site = readSite();
const proxy = createProxyServer({
  target: site.upstream,
  agent: new Agent({ keepAlive: true }),
  headers: { host: site.apiHost },
  secure: true,
});
createServer(tlsOf(site), (request, response) => {
  proxy.web(request, response).catch(() => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
}).listen(site.bind.port, site.bind.address);
