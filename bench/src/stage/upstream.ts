import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DOMAIN } from '@isochrone/proxy-conformance';
import { untilListening } from './listening.ts';
import { type Core, type PinnedProgram, startPinned } from './pinned-program.ts';

/** The size of a published script, compressed. */
export const BODY_BYTES = 12_288;

/** What the script consists of: no two places alike, so that a misplaced piece of it would show. */
export function scriptBody(): string {
  let body = '';
  for (let line = 0; body.length < BODY_BYTES; line += 1) body += `/* ${line} ${Math.sqrt(line)} */\n`;
  return body.slice(0, BODY_BYTES);
}

export interface UpstreamOptions {
  readonly folder: string;
  readonly nginx: string;
  readonly core: Core;
  readonly address: string;
  readonly port: number;
  readonly pem: string;
}

/**
 * Stands for the APIs of all regions: answers 403 where Host and SNI are not the same API's, as API Gateway does, and
 * says which Host, SNI and path it saw.
 */
export async function startUpstream({
  folder,
  nginx,
  core,
  address,
  port,
  pem,
}: UpstreamOptions): Promise<PinnedProgram> {
  await writeFile(join(folder, 'acme.js'), scriptBody());
  const config = join(folder, 'upstream.conf');
  await writeFile(config, upstreamConfig({ folder, address, port, pem }));
  const upstream = await startPinned('upstream', core, {
    command: nginx,
    args: ['-e', 'stderr', '-p', folder, '-c', config],
  });
  await untilListening('the upstream', { address, port }, upstream);
  return upstream;
}

const upstreamConfig = ({
  folder,
  address,
  port,
  pem,
}: Pick<UpstreamOptions, 'folder' | 'address' | 'port' | 'pem'>): string => `
daemon off;
worker_processes 1;
pid ${folder}/upstream.pid;
error_log stderr warn;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 120s;
  keepalive_requests 100000000;
  open_file_cache max=10;
  client_body_temp_path ${folder}/upstream-body;
  proxy_temp_path ${folder}/upstream-proxy;
  fastcgi_temp_path ${folder}/upstream-fastcgi;
  uwsgi_temp_path ${folder}/upstream-uwsgi;
  scgi_temp_path ${folder}/upstream-scgi;
  types { text/javascript js; }
  ssl_certificate ${pem};
  ssl_certificate_key ${pem};
  ssl_protocols TLSv1.2 TLSv1.3;
  server {
    listen ${address}:${port} ssl backlog=4096 default_server;
    server_name _;
    return 403;
  }
  server {
    listen ${address}:${port} ssl;
    server_name ~^[a-z0-9-]+-fast\\.${DOMAIN.replaceAll('.', '\\.')}$;
    if ($ssl_server_name != $host) { return 403; }
    root ${folder};
    add_header x-seen-host $host always;
    add_header x-seen-sni $ssl_server_name always;
    add_header x-seen-uri $request_uri always;
    add_header cache-control "private, no-cache" always;
    location = /healthz { return 200 "ok\\n"; }
    location = /acme.js { }
    location / { return 404 "no such account\\n"; }
  }
}
`;
