import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EdgeSettings, Endpoint } from '@isochrone/config-gen';
import type { PemPair } from '@isochrone/dev-ca';
import { upstreamsOf } from '@isochrone/topology';
import { ProxyConformanceError } from '../errors.ts';
import { startUpstream, type Upstream } from '../upstream/upstream.ts';
import { ask } from '../wire/ask.ts';
import { type Certificates, pemFile } from './certificates.ts';
import type { EdgeSite, RunningEdge, StartEdge } from './edge-program.ts';
import { loopbackAddress } from './loopback.ts';
import { type NameServer, startNameServer } from './name-server.ts';
import { type EdgePart, firstInstance, topologyWith } from './topology.ts';

/** How a world differs from the usual one: three regions, all well, and an edge that nobody leaves. */
export interface WorldOptions {
  readonly edge?: Partial<EdgePart>;
  readonly settings?: Partial<EdgeSettings>;
  readonly regions?: readonly string[];
  /** Seconds that an answer of the name server may be kept. */
  readonly ttl?: number;
  /** Certificates of upstreams by region; the wildcard where absent. */
  readonly certificates?: (certificates: Certificates) => Readonly<Record<string, PemPair>>;
  /** Called before the edge starts, with every upstream in the edge's order of preference. */
  readonly prepare?: (
    upstreams: readonly Upstream[],
    names: NameServer,
    certificates: Certificates,
  ) => Promise<void> | void;
  /** Whether to wait until the edge is well and knows every upstream's address; true where absent. */
  readonly settled?: boolean;
}

/** One edge as a process, before upstreams and a name server that do as they are told. */
export interface World extends AsyncDisposable {
  readonly edge: RunningEdge;
  readonly site: EdgeSite;
  readonly certificates: Certificates;
  readonly names: NameServer;
  /** In the edge's order of preference: its own region's API first. */
  readonly upstreams: readonly [own: Upstream, next: Upstream, ...others: Upstream[]];
  /** Where the edge's TLS listener is. */
  readonly at: Endpoint;
  /** And its plain one. */
  readonly plainAt: Endpoint;
  /** Lines that the edge has printed. */
  readonly log: readonly string[];
  /** Waits until the edge's `/healthz` says `status`. */
  untilHealth(status: string): Promise<void>;
  /** Has the edge take up other settings. */
  reload(changes: {
    readonly edge?: Partial<EdgePart>;
    readonly settings?: Partial<EdgeSettings>;
  }): Promise<void>;
}

const READY_MS = 30_000;

/** @throws ProxyConformanceError PROXY_CONFORMANCE_EDGE_NOT_READY */
export async function startWorld(
  start: StartEdge,
  certificates: Certificates,
  options: WorldOptions = {},
): Promise<World> {
  const topology = topologyWith(options.edge, options.regions);
  const instance = firstInstance(topology);
  const directory = await mkdtemp(join(tmpdir(), 'pc-'));
  const ofRegion = options.certificates?.(certificates) ?? {};
  const expected = upstreamsOf(topology, instance.region);
  const upstreams = await Promise.all(
    expected.map(({ region, hostname }) =>
      startUpstream({ region, hostname, certificate: ofRegion[region] ?? certificates.wildcard }),
    ),
  );
  const names = await startNameServer(
    Object.fromEntries(upstreams.map(({ hostname, endpoint }) => [hostname, [endpoint.address]])),
    { ttl: options.ttl ?? 60 },
  );
  await options.prepare?.(upstreams, names, certificates);

  const files = { certificate: join(directory, 'edge.pem'), originCa: join(directory, 'ca.pem') };
  await writeFile(files.certificate, pemFile(certificates.wildcard), { mode: 0o600 });
  await writeFile(files.originCa, certificates.authority);
  const address = loopbackAddress();
  const plainAt = { address, port: 8080 };
  const settings: EdgeSettings = {
    bind: { address, port: 8443 },
    plainBind: plainAt,
    plainHttp: 'refuse',
    publicPort: 443,
    ...files,
    originPort: (region) => upstreams.find((each) => each.region === region)?.endpoint.port ?? 1,
    resolver: names.endpoint,
    adminBind: { address, port: 9180 },
    workers: 1,
    adminSocket: join(directory, 'admin.sock'),
    maxConnections: 500,
    ...options.settings,
  };
  const log: string[] = [];
  let site: EdgeSite = { topology, instance, settings, directory, log: (line) => void log.push(line) };
  const edge = await start(site);
  const at = settings.bind;

  const closeAll = async (): Promise<void> => {
    await edge.stop({ graceMs: 0 });
    names.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    await rm(directory, { recursive: true, force: true });
  };
  const [own, next, ...others] = upstreams;
  if (own === undefined) throw new TypeError('the topology has no upstream');
  const world: World = {
    edge,
    get site() {
      return site;
    },
    certificates,
    names,
    // A topology of one region has no next one; nobody asks for it there.
    upstreams: [own, next ?? own, ...others],
    at,
    plainAt,
    log,
    untilHealth: (status) => untilHealth(world, status),
    reload: async (changes) => {
      site = {
        ...site,
        topology: { ...site.topology, edge: { ...site.topology.edge, ...changes.edge } },
        settings: { ...site.settings, ...changes.settings },
      };
      await edge.reload(site);
    },
    [Symbol.asyncDispose]: closeAll,
  };
  try {
    if (options.settled ?? true) await settled(world, upstreams);
  } catch (error) {
    await closeAll();
    throw error;
  }
  return world;
}

/**
 * An upstream whose name the edge has not resolved yet is no fallback. (Its first health check may come seconds later;
 * until then it counts as well.)
 */
async function settled(world: World, upstreams: readonly Upstream[]): Promise<void> {
  await world.untilHealth('ok');
  const end = performance.now() + READY_MS;
  while (upstreams.some(({ hostname }) => !world.names.asked.includes(hostname))) {
    if (performance.now() > end) throw notReady(world, 'it has not resolved the name of every upstream');
    await sleep(5);
  }
  // The name server's last answer arrives before this question.
  await world.untilHealth('ok');
}

async function untilHealth(world: World, status: string): Promise<void> {
  const end = performance.now() + READY_MS;
  const ended = new AbortController();
  void world.edge.exited.then(() => ended.abort());
  let last = 'nothing';
  while (performance.now() < end && !ended.signal.aborted) {
    try {
      const { body } = await ask(world, { path: '/healthz' });
      last = body.toString();
      if (last.includes(`"status":${JSON.stringify(status)}`)) return;
    } catch (error) {
      last = String(error);
    }
    await sleep(20);
  }
  throw notReady(world, `its /healthz does not say "${status}", but ${last}`);
}

const notReady = ({ log }: World, reason: string) =>
  new ProxyConformanceError('PROXY_CONFORMANCE_EDGE_NOT_READY', `the edge is not ready: ${reason}`, {
    hint: `its last words were:\n${log.slice(-10).join('\n')}`,
  });
