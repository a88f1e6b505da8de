import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '@isochrone/engines';
import {
  apiHostname,
  publicHostname,
  requireTopology,
  type Topology,
  upstreamsOf,
} from '@isochrone/topology';
import { type Certificates, DOMAIN, makeCertificates, pemFile } from '../../src/world/certificates.ts';
import { loopbackAddress } from '../../src/world/loopback.ts';
import { type NameServer, startNameServer } from '../../src/world/name-server.ts';
import { type Asker, openAsker } from '../client/health.ts';
import { type LoadEdge, startLoadEdge } from './edge.ts';
import { DNS_TTL, type WorldOptions } from './options.ts';
import { type LoadUpstream, startUpstream, type UpstreamOptions } from './upstreams.ts';

/** Proxies of one region with the APIs of all regions behind them, each a process; nothing of it is faked. */
export interface World {
  readonly engine: EngineName;
  readonly edges: readonly [LoadEdge, ...LoadEdge[]];
  /** APIs in the order in which the proxies prefer them. */
  readonly upstreams: readonly [LoadUpstream, ...LoadUpstream[]];
  readonly names: NameServer;
  readonly certificates: Certificates;
  /** Seconds that a draining proxy keeps serving. */
  readonly drainSeconds: number;
  /** The name that visitors ask for. */
  readonly host: string;
  readonly asker: Asker;
  /** Starts another API of a region, at another port of the same address, or at the same port of another. */
  another(former: LoadUpstream, differs: 'port' | 'address'): Promise<LoadUpstream>;
  /** Moves the name of the region's API to this one's address. */
  point(to: LoadUpstream): void;
  /** Stops everything, visitors' side last; nothing is left behind. */
  close(): Promise<void>;
}

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'] as const;

function topologyOf({ regions, proxies, drainSeconds }: WorldOptions): Topology {
  const lines = REGIONS.slice(0, regions).map(
    (region, index) => `  ${region}: { proxies: ${index === 0 ? proxies : 1} }\n`,
  );
  const topology = requireTopology(
    `service: fast\ndomain: ${DOMAIN}\nhostedZoneId: Z0123456789EXAMPLE\nhome: ${REGIONS[0]}\nedge: { clientRate: 100000 }\nregions:\n${lines.join('')}`,
    'load.yaml',
  );
  // A file may not ask for a drain shorter than Route 53's detection and TTL; here visitors learn sooner.
  return { ...topology, edge: { ...topology.edge, drain: drainSeconds } };
}

/** Resolves once every proxy is healthy. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const topology = topologyOf(options);
  const [own] = topology.regions;
  if (own === undefined) throw new Error('a world without regions');
  const folder = await mkdtemp(join(tmpdir(), 'isochrone-load-'));
  const closers: (() => Promise<void> | void)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const certificates = await makeCertificates();
    const pem = join(folder, 'api.pem');
    const originCa = join(folder, 'ca.pem');
    await writeFile(pem, pemFile(certificates.wildcard), { mode: 0o600 });
    await writeFile(originCa, certificates.authority);
    const names = await startNameServer({}, { ttl: DNS_TTL });
    closers.push(() => names.close());
    const point = ({ region, address }: LoadUpstream): void => {
      names.records.set(apiHostname(topology, region), [address]);
    };
    const launch = async (where: Omit<UpstreamOptions, 'pem'>): Promise<LoadUpstream> => {
      const upstream = await startUpstream({ ...where, pem });
      closers.push(() => upstream.stop());
      return upstream;
    };
    const [first, ...others] = await Promise.all(
      upstreamsOf(topology, own.name).map(({ region }) =>
        launch({ region, label: region, address: loopbackAddress(), port: 0 }),
      ),
    );
    if (first === undefined) throw new Error('a region without upstreams');
    const upstreams = [first, ...others] as const;
    for (const upstream of upstreams) point(upstream);
    const ports = new Map(upstreams.map(({ region, port }) => [region, port]));

    const host = publicHostname(topology);
    const asker = openAsker({ ca: certificates.authority, host });
    const [edge, ...moreEdges] = await Promise.all(
      own.proxies.map(async (instance) => {
        const started = await startLoadEdge(
          {
            engine: options.engine,
            topology,
            instance,
            workers: options.workers,
            folder,
            certificate: pemFile(certificates.wildcard),
            originCa,
            originPort: (region) => ports.get(region) ?? 1,
            resolver: names.endpoint,
          },
          asker.isHealthy,
        );
        closers.push(() => started.process.stop({ graceMs: 2_000 }));
        return started;
      }),
    );
    if (edge === undefined) throw new Error('a region without proxies');
    return {
      engine: options.engine,
      edges: [edge, ...moreEdges],
      upstreams,
      names,
      certificates,
      drainSeconds: options.drainSeconds,
      host,
      asker,
      another: ({ region, address, port }, differs) => {
        const label = `${region}, another`;
        return launch(
          differs === 'port'
            ? { region, label, address, port: 0 }
            : { region, label, address: loopbackAddress(), port },
        );
      },
      point,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
