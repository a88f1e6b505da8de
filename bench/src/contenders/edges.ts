import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EdgeSettings, renderEdgeProxy, renderHaproxy } from '@isochrone/config-gen';
import { findProgram } from '../stage/find-program.ts';
import { benchTopology, firstInstance } from '../stage/names.ts';
import type { Program } from '../stage/pinned-program.ts';
import type { Contender, Site } from './contender.ts';

const EDGE_PROXY = fileURLToPath(new URL('../../../apps/edge-proxy/dist/main.mjs', import.meta.url));

const settingsOf = ({ folder, bind, certificate, originCa, upstream, resolver }: Site): EdgeSettings => ({
  bind,
  plainBind: null,
  plainHttp: 'refuse',
  publicPort: bind.port,
  certificate,
  originCa,
  originPort: () => upstream.port,
  resolver,
  adminBind: { address: bind.address, port: 9180 },
  workers: 1,
  adminSocket: join(folder, 'admin.sock'),
});

const haproxy = (id: string, title: string, fallbacks: number): Contender => ({
  id,
  title,
  family: 'ours',
  http2: true,
  needs: 'haproxy',
  prepare: async (site) => {
    const topology = benchTopology({ fallbacks });
    const file = join(site.folder, 'haproxy.cfg');
    await writeFile(file, renderHaproxy(topology, firstInstance(topology), settingsOf(site)));
    // What it would be handed at a reload; without the file it warns.
    await writeFile(join(site.folder, 'admin.state'), '1\n');
    return { command: findProgram('haproxy') ?? 'haproxy', args: ['-W', '-f', file] };
  },
});

/** The edge proxy; `execArgv` are options for Node. */
export async function edgeProxyProgram(site: Site, execArgv: readonly string[] = []): Promise<Program> {
  const topology = benchTopology({ fallbacks: 2 });
  const file = join(site.folder, 'edge-proxy.json');
  await writeFile(file, renderEdgeProxy(topology, firstInstance(topology), settingsOf(site)));
  return { command: process.execPath, args: [...execArgv, EDGE_PROXY, '--config', file] };
}

/** What this project renders and builds, with every protection on. */
export const edges: readonly Contender[] = [
  haproxy('haproxy', 'our haproxy.cfg', 2),
  haproxy('haproxy-0', 'our haproxy.cfg, no fallbacks', 0),
  {
    id: 'edge-proxy',
    title: 'our edge-proxy',
    family: 'ours',
    http2: true,
    prepare: (site) => edgeProxyProgram(site),
  },
];
