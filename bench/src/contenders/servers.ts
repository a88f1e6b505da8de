import { findProgram } from '../stage/find-program.ts';
import { configFile } from './config-file.ts';
import type { Contender } from './contender.ts';

const nginx = (id: string, title: string, file: string): Contender => ({
  id,
  title,
  family: 'server',
  http2: true,
  needs: 'nginx',
  prepare: async (site) => ({
    command: findProgram('nginx') ?? 'nginx',
    args: ['-e', 'stderr', '-p', site.folder, '-c', await configFile(file, site)],
  }),
});

/** Servers that are no work of ours. */
export const servers: readonly Contender[] = [
  {
    id: 'story',
    title: "the story's haproxy",
    family: 'story',
    http2: false,
    needs: 'haproxy',
    prepare: async (site) => ({
      command: findProgram('haproxy') ?? 'haproxy',
      args: ['-W', '-f', await configFile('story.haproxy.cfg', site)],
    }),
  },
  nginx('nginx', 'nginx, plain', 'nginx.conf'),
  nginx('nginx-equal', 'nginx, doing as much', 'nginx-equal.conf'),
  {
    id: 'caddy',
    title: 'caddy',
    family: 'server',
    http2: true,
    needs: 'caddy',
    prepare: async (site) => ({
      command: findProgram('caddy') ?? 'caddy',
      args: ['run', '--adapter', 'caddyfile', '--config', await configFile('Caddyfile', site)],
      env: { HOME: site.folder, XDG_DATA_HOME: site.folder, XDG_CONFIG_HOME: site.folder },
    }),
  },
];
