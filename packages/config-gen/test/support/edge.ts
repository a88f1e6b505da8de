import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PemPair } from '@isochrone/dev-ca';
import { type RunningEngine, startEngine } from '@isochrone/engines';
import { type Topology, upstreamsOf } from '@isochrone/topology';
import { onTestFinished } from 'vitest';
import { type EdgeSettings, renderHaproxy } from '../../src/index.ts';
import { authority, settingsIn, temporaryDirectory, wildcard } from './check.ts';
import { type Answer, type Ask, ask } from './client.ts';
import { startNameServer } from './name-server.ts';
import { firstInstance } from './topologies.ts';
import { startUpstream, type Upstream } from './upstream.ts';

export interface Edge {
  readonly settings: EdgeSettings;
  readonly ca: string;
  /** Upstreams in the order of preference. */
  readonly upstreams: readonly [Upstream, ...Upstream[]];
  readonly log: readonly string[];
  ask(request: Partial<Ask>): Promise<Answer>;
  /** The same over plain HTTP. */
  askPlain(request: Partial<Ask>): Promise<Answer>;
  /** Asks `/healthz` until it answers `status`. */
  untilHealth(status: string): Promise<Answer>;
  readonly engine: RunningEngine;
  /** Renders its configuration anew; takes effect at a reload. */
  configure(settings: Partial<EdgeSettings>): Promise<void>;
}

export interface EdgeOptions {
  readonly topology: Topology;
  readonly settings?: Partial<EdgeSettings>;
  /** The certificates of the upstreams, in their order; the wildcard where absent. */
  readonly certificates?: readonly PemPair[];
}

/** haproxy on the rendered file of the topology's first instance, with an upstream per region; gone when the test ends. */
export async function startEdge({
  topology,
  settings: more = {},
  certificates = [],
}: EdgeOptions): Promise<Edge> {
  const instance = firstInstance(topology);
  const directory = await temporaryDirectory();
  const nameServer = await startNameServer();
  onTestFinished(() => nameServer.close());
  const regions = upstreamsOf(topology, instance.region).map(({ region }) => region);
  const upstreams = await Promise.all(
    regions.map((region, index) => startUpstream(region, certificates[index] ?? wildcard)),
  );
  onTestFinished(() => {
    for (const upstream of upstreams) upstream.close();
  });
  const [own, ...fallbacks] = upstreams;
  if (own === undefined) throw new Error('no upstream');

  // An address of its own, so that its ports are free.
  const address = `127.${randomInt(1, 255)}.${randomInt(255)}.${randomInt(1, 255)}`;
  const settings: EdgeSettings = {
    ...(await settingsIn(directory)),
    bind: { address, port: 8443 },
    plainBind: { address, port: 8080 },
    adminBind: { address, port: 9180 },
    plainHttp: 'refuse',
    publicPort: 8443,
    originPort: (region) => upstreams[regions.indexOf(region)]?.port ?? 1,
    resolver: nameServer,
    maxConnections: 500,
    ...more,
  };
  const configFile = join(directory, 'haproxy.cfg');
  await writeFile(configFile, renderHaproxy(topology, instance, settings));

  const log: string[] = [];
  const engine = await startEngine({
    engine: 'haproxy',
    name: 'edge',
    configFile,
    edgeProxyEntry: '',
    log: (line) => log.push(line),
  });
  onTestFinished(() => engine.stop({ graceMs: 0 }));
  const edge: Edge = {
    engine,
    configure: (changed) =>
      writeFile(configFile, renderHaproxy(topology, instance, { ...settings, ...changed })),
    settings,
    ca: authority.certificate,
    upstreams: [own, ...fallbacks],
    log,
    ask: (request) =>
      ask({ to: settings.bind, ca: authority.certificate, host: 'fast.example.com', ...request }),
    askPlain: (request) => {
      if (settings.plainBind === null) throw new Error('no plain listener');
      return ask({ to: settings.plainBind, host: 'fast.example.com', ...request });
    },
    untilHealth: async (status) => {
      for (;;) {
        const answer = await edge.ask({ path: '/healthz' }).catch(() => undefined);
        if (answer !== undefined && JSON.parse(answer.body).status === status) return answer;
        await delay(20);
      }
    },
  };
  return edge;
}
