import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOAD_CORE } from './cores.ts';
import { freePort } from './free-port.ts';
import { startProgram } from './program.ts';

export interface UpstreamOptions {
  readonly folder: string;
  readonly domain: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/**
 * The regional APIs, as far as a proxy can tell: nginx, which answers 403 as API Gateway does unless Host and SNI are both
 * the regional name, and tells which they were.
 */
export async function startUpstream(options: UpstreamOptions) {
  const port = await freePort();
  const file = join(options.folder, 'upstream.conf');
  await writeFile(file, configuration(options, port));
  const program = await startProgram(
    LOAD_CORE,
    ['nginx', '-c', file, '-p', options.folder, '-e', join(options.folder, 'upstream.log')],
    join(options.folder, 'upstream.log'),
  );
  return { port, stop: program.stop };
}

const configuration = (
  { folder, domain, certificateFile, keyFile }: UpstreamOptions,
  port: number,
): string => `
daemon off;
worker_processes 1;
pid ${folder}/upstream.pid;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporaryPaths(folder)}
  ssl_certificate ${certificateFile};
  ssl_certificate_key ${keyFile};
  keepalive_requests 100000000;
  keepalive_timeout 350s;
  tcp_nodelay on;
  map "$host $ssl_server_name" $is_regional { default 0; "~^([a-z0-9-]+-fast\\.${domain.replace('.', '\\.')}) \\1$" 1; }
  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    root ${folder}/www;
    default_type text/javascript;
    if ($is_regional = 0) { return 403; }
    add_header x-seen-host $http_host;
    add_header x-seen-sni $ssl_server_name;
    location = /healthz { return 200 ok; }
  }
}
`;

/** nginx wants places for bodies even where there are none; Debian's need root. */
export const temporaryPaths = (folder: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${folder}/nginx-${what};`)
    .join(' ');
