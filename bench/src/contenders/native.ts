import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findHaproxy } from '@isochrone/engines';
import type { Contender } from '../contender.ts';
import { PROXY_CORE } from '../cores.ts';
import { startProgram } from '../program.ts';
import type { Site } from '../site.ts';
import { temporaryPaths } from '../upstream.ts';

/** The story's: one request for each connection, to the client and to the API, which is not verified. */
const storyConfig = (site: Site, port: number): string => `
global
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend https
  bind 127.0.0.1:${port} ssl crt ${site.pemFile}
  http-request deny if !{ ssl_fc }
  option forwardfor
  default_backend api_gateway
backend api_gateway
  option httpclose
  http-request replace-value Host .* ${site.apiHost}
  server apig1 127.0.0.1:${site.upstreamPort} ssl verify none sni str(${site.apiHost})
`;

/** As somebody sets it up who knows it: connections to the API are kept open and verified. */
const nginxConfig = (site: Site, port: number, folder: string, equal: boolean): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  ${temporaryPaths(folder)}
  ${equal ? `log_format line escape=json '{"time":"$msec","requestId":"$request_id","client":"$remote_addr","tls":"$ssl_protocol","protocol":"$server_protocol","host":"$host","method":"$request_method","path":"$uri","status":$status,"bytes":$body_bytes_sent,"ms":"$request_time","msUpstream":"$upstream_header_time"}';` : ''}
  ${equal ? `access_log ${folder}/access.log line; limit_req_zone $binary_remote_addr zone=clients:10m rate=100000r/s;` : 'access_log off;'}
  upstream api { server 127.0.0.1:${site.upstreamPort}; keepalive 64; keepalive_timeout 300s; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} ssl http2 backlog=4096;
    server_name ${site.host};
    ssl_certificate ${site.certificateFile};
    ssl_certificate_key ${site.keyFile};
    keepalive_requests 100000000;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_ssl_server_name on;
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate ${site.authorityFile};
    proxy_next_upstream off;
    location / {
      ${equal ? 'limit_req zone=clients burst=1000 nodelay; client_max_body_size 1m; error_page 502 503 504 = @next;' : ''}
      proxy_pass https://api;
      proxy_set_header Host ${site.apiHost};
      proxy_ssl_name ${site.apiHost};
    }
    location @next {
      proxy_pass https://api;
      proxy_set_header Host eu-west-1-fast.example.com;
      proxy_ssl_name eu-west-1-fast.example.com;
    }
  }
}
`;

const caddyConfig = (site: Site, port: number): string => `
{
  admin off
  auto_https off
  persist_config off
}
https://${site.host}:${port} {
  bind 127.0.0.1
  tls ${site.certificateFile} ${site.keyFile}
  reverse_proxy https://127.0.0.1:${site.upstreamPort} {
    header_up Host ${site.apiHost}
    transport http {
      tls_server_name ${site.apiHost}
      tls_trusted_ca_certs ${site.authorityFile}
      versions 1.1
      keepalive 5m
      keepalive_idle_conns_per_host 64
    }
  }
}
`;

const nginx = (name: string, title: string, equal: boolean): Contender => ({
  name,
  title,
  http2: true,
  verifies: true,
  needs: { program: 'nginx', package: 'nginx-light' },
  async start(site, port, folder) {
    const file = join(folder, 'nginx.conf');
    const log = join(folder, 'log');
    await writeFile(file, nginxConfig(site, port, folder, equal));
    return startProgram(PROXY_CORE, ['nginx', '-c', file, '-p', folder, '-e', log], log);
  },
});

export const native: readonly Contender[] = [
  {
    name: 'story',
    title: "the story's haproxy.cfg",
    http2: false,
    verifies: false,
    async start(site, port, folder) {
      const file = join(folder, 'haproxy.cfg');
      await writeFile(file, storyConfig(site, port));
      return startProgram(PROXY_CORE, [findHaproxy(), '-W', '-f', file], join(folder, 'log'));
    },
  },
  nginx('nginx', 'nginx', false),
  nginx('nginx-equal', 'nginx, with our log, limits and failover', true),
  {
    name: 'caddy',
    title: 'caddy',
    http2: true,
    verifies: true,
    needs: { program: 'caddy', package: 'caddy' },
    async start(site, port, folder) {
      const file = join(folder, 'Caddyfile');
      await writeFile(file, caddyConfig(site, port));
      return startProgram(
        PROXY_CORE,
        ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
        join(folder, 'log'),
      );
    },
  },
];
