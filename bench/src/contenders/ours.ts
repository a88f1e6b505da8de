import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EdgeSettings, renderEdgeProxy, renderHaproxy } from '@isochrone/config-gen';
import { findHaproxy } from '@isochrone/engines';
import type { Contender } from '../contender.ts';
import { PROXY_CORE } from '../cores.ts';
import { freePort } from '../free-port.ts';
import { startProgram } from '../program.ts';
import { instanceOf, type Site, topologyOf } from '../site.ts';

const EDGE_PROXY = fileURLToPath(new URL('../../../apps/edge-proxy/dist/main.mjs', import.meta.url));

async function settingsFor(site: Site, port: number, folder: string): Promise<EdgeSettings> {
  return {
    bind: { address: '127.0.0.1', port },
    plainBind: null,
    plainHttp: 'refuse',
    publicPort: 443,
    certificate: site.pemFile,
    originCa: site.authorityFile,
    originPort: () => site.upstreamPort,
    resolver: site.resolver,
    adminBind: { address: '127.0.0.1', port: await freePort() },
    workers: 1,
    adminSocket: join(folder, 'admin.sock'),
  };
}

/** What is generated for production, every limit, log and check included. */
const haproxy = (name: string, title: string, fallbacks: number): Contender => ({
  name,
  title,
  http2: true,
  verifies: true,
  async start(site, port, folder) {
    const topology = topologyOf(fallbacks);
    const file = join(folder, 'haproxy.cfg');
    const settings = await settingsFor(site, port, folder);
    await writeFile(file, renderHaproxy(topology, instanceOf(topology), settings));
    await writeFile(join(folder, 'admin.state'), '1\n');
    return startProgram(PROXY_CORE, [findHaproxy(), '-W', '-f', file], join(folder, 'log'));
  },
});

export const ours: readonly Contender[] = [
  haproxy('haproxy', 'our haproxy.cfg', 2),
  haproxy('haproxy-alone', 'our haproxy.cfg, `fallbacks: 0`', 0),
  {
    name: 'edge-proxy',
    title: 'our edge-proxy',
    http2: true,
    verifies: true,
    async start(site, port, folder) {
      const topology = topologyOf(2);
      const file = join(folder, 'edge-proxy.json');
      const settings = await settingsFor(site, port, folder);
      await writeFile(file, renderEdgeProxy(topology, instanceOf(topology), settings));
      return startProgram(PROXY_CORE, [process.execPath, EDGE_PROXY, '--config', file], join(folder, 'log'));
    },
  },
];
