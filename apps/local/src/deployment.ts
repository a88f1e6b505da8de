import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EdgeSettings, instanceName } from '@isochrone/config-gen';
import type { DevCa } from '@isochrone/dev-ca';
import type { UnexpectedExit } from '@isochrone/engines';
import type { Engine, ProxyInstance, RegionName, Topology } from '@isochrone/topology';
import { wildcardHostname } from '@isochrone/topology';
import type { AddressBook } from './address-book.ts';
import type { Endpoint } from './address-plan.ts';
import { type Edge, type EdgeOptions, startEdge } from './edge.ts';
import type { Effects } from './faults/effects.ts';
import type { SniPolicy } from './gateway.ts';
import { type RegionApi, startRegionApi } from './region-api.ts';

export interface DeploymentOptions {
  readonly stateDirectory: string;
  readonly book: AddressBook;
  readonly dns: Endpoint;
  readonly publicPort: number;
  readonly ca: DevCa;
  /** Signs what unknown server names meet at a gateway. */
  readonly awsCa: DevCa;
  readonly sniPolicy: SniPolicy;
  readonly engineOf: (instance: ProxyInstance) => Engine;
  readonly edgeProxyEntry: string;
  /** Folder of the built functions. */
  readonly bundles: string;
  readonly functionEnvironment: (region: RegionName) => Promise<Readonly<Record<string, string>>>;
  /** What faults do to what runs. */
  readonly effects: () => Effects;
  readonly onPublish: (publish: {
    readonly region: RegionName;
    readonly method: string;
    readonly path: string;
  }) => void;
  readonly execArgv: (name: string) => readonly string[];
  readonly log: (name: string) => (line: string) => void;
  readonly onExit: (exit: UnexpectedExit) => void;
}

/** The gateways, functions and proxies of a topology, running. */
export interface Deployment {
  readonly apis: ReadonlyMap<RegionName, RegionApi>;
  readonly edges: ReadonlyMap<string, Edge>;
  /**
   * Starts what the topology has more, reloads what it changes and stops what it has no more.
   *
   * @param whenApisRun called between the APIs and the proxies, which look the APIs up
   */
  apply(topology: Topology, whenApisRun: () => void): Promise<void>;
  /** Makes what runs suffer what the effects say, and nothing else. */
  reconcile(): Promise<void>;
  /** @param among only these, where given: what was just started has the new bundle already */
  reloadFunctions(among?: ReadonlySet<RegionApi>): Promise<void>;
  restartEdges(): Promise<void>;
  close(): Promise<void>;
}

/** Of a socket's path (sun_path in unix(7)), with room for haproxy's temporary suffix. */
const MAX_SOCKET_PATH = 90;

export function openDeployment(options: DeploymentOptions): Deployment {
  const apis = new Map<RegionName, RegionApi>();
  const edges = new Map<string, Edge>();
  let naming = '';

  const applyApis = async (topology: Topology, certificate: string): Promise<void> => {
    const missing = topology.regions.filter(({ name }) => !apis.has(name));
    await settleAll(
      missing.map(async ({ name }) => {
        apis.set(name, await startApi(options, topology, name, certificate));
      }),
    );
  };
  const applyEdges = async (topology: Topology, certificate: string): Promise<void> => {
    const wanted = topology.regions
      .flatMap(({ proxies }) => proxies)
      .map((instance) => edgeOptionsOf(options, topology, instance, certificate));
    const isNew = ({ instance }: EdgeOptions): boolean => !edges.has(instance.hostname);
    const start = async (edge: EdgeOptions): Promise<void> => {
      edges.set(edge.instance.hostname, await startEdge(edge));
    };
    await settleAll(wanted.filter(isNew).map(start));
    // One after the other, so that somebody always answers.
    for (const edge of wanted) {
      const running = edges.get(edge.instance.hostname);
      if (running?.engine === edge.engine) {
        await running.reconfigure(edge);
        continue;
      }
      edges.delete(edge.instance.hostname);
      await running?.stop();
      await start(edge);
    }
  };
  const removeEdges = (kept: ReadonlySet<string>): Promise<void> =>
    removeAll(edges, (hostname) => !kept.has(hostname));
  const removeApis = (kept: ReadonlySet<string>): Promise<void> =>
    removeAll(apis, (region) => !kept.has(region));

  const sufferings = new Map<RegionName, string>();
  const reconcile = async (): Promise<void> => {
    const effects = options.effects();
    await settleAll(
      [...apis.values()].map(async (api) => {
        const { region } = api;
        const suffering = JSON.stringify(effects.gatewayTrouble(region));
        if (sufferings.get(region) !== suffering) api.reset();
        sufferings.set(region, suffering);
        await api.moveTo(apiEndpoint(options.book, effects, region));
      }),
    );
    // One after the other: many that start at once would starve those who serve.
    for (const edge of edges.values()) await edge.setMode(effects.proxyMode(edge.instance));
  };

  return {
    apis,
    edges,
    reconcile,
    apply: async (topology, whenApisRun) => {
      const { file: certificate } = await options.ca.issue('wildcard', [wildcardHostname(topology)]);
      await options.book.add(topology);
      const newNaming = JSON.stringify([topology.service, topology.domain, topology.ingress]);
      if (newNaming !== naming) {
        // Every name changes its meaning, so nothing that runs can stay.
        await removeEdges(new Set());
        await removeApis(new Set());
        naming = newNaming;
      }
      await applyApis(topology, certificate);
      whenApisRun();
      await removeEdges(
        new Set(topology.regions.flatMap(({ proxies }) => proxies).map(({ hostname }) => hostname)),
      );
      await applyEdges(topology, certificate);
      await removeApis(new Set(topology.regions.map(({ name }) => name)));
      await reconcile();
    },
    reloadFunctions: async (among) => {
      const stale = [...apis.values()].filter((api) => among?.has(api) ?? true);
      await settleAll(stale.map((api) => api.reload()));
    },
    restartEdges: async () => {
      for (const edge of edges.values()) if (edge.engine === 'fastify') await edge.restart();
    },
    close: async () => {
      await removeEdges(new Set());
      await removeApis(new Set());
    },
  };
}

/** Where a region's API is now. */
export const apiEndpoint = (book: AddressBook, effects: Effects, region: RegionName): Endpoint =>
  (effects.hasMoved(region) ? book.apiElsewhere(region) : undefined) ?? book.api(region);

async function removeAll<K, T extends { stop(): Promise<void> }>(
  running: Map<K, T>,
  isGone: (key: K) => boolean,
): Promise<void> {
  const leaving = [...running].filter(([key]) => isGone(key));
  for (const [key] of leaving) running.delete(key);
  await settleAll(leaving.map(([, handle]) => handle.stop()));
}

/** Waits for all, then throws the first failure: nothing is left half started behind the caller's back. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function startApi(
  options: DeploymentOptions,
  topology: Topology,
  region: RegionName,
  certificate: string,
): Promise<RegionApi> {
  const executeApi = await options.awsCa.issue(`execute-api-${region}`, [
    `*.execute-api.${region}.amazonaws.com`,
  ]);
  return startRegionApi({
    topology,
    region,
    bind: options.book.api(region),
    certificate,
    executeApiCertificate: executeApi.file,
    sniPolicy: options.sniPolicy,
    bundles: options.bundles,
    released: join(options.stateDirectory, 'released'),
    environment: await options.functionEnvironment(region),
    trouble: () => options.effects().gatewayTrouble(region),
    onPublish: (publish) => options.onPublish({ region, ...publish }),
    execArgv: options.execArgv,
    log: options.log,
    onExit: options.onExit,
  });
}

function edgeOptionsOf(
  options: DeploymentOptions,
  topology: Topology,
  instance: ProxyInstance,
  certificate: string,
): EdgeOptions {
  const name = instanceName(instance);
  const settings: EdgeSettings = {
    bind: options.book.proxy(instance),
    plainBind: null,
    plainHttp: 'refuse',
    publicPort: options.publicPort,
    certificate,
    originCa: options.ca.caFile,
    originPort: (region) => options.book.api(region).port,
    resolver: options.dns,
    adminBind: options.book.proxyAdmin(instance),
    // A laptop runs the proxies of all regions at once.
    workers: 1,
    adminSocket: adminSocket(options.stateDirectory, name),
  };
  return {
    topology,
    instance,
    engine: options.engineOf(instance),
    settings,
    directory: join(options.stateDirectory, 'proxies'),
    edgeProxyEntry: options.edgeProxyEntry,
    execArgv: options.execArgv(name),
    log: options.log(name),
    onExit: options.onExit,
  };
}

function adminSocket(stateDirectory: string, name: string): string {
  const near = join(stateDirectory, 'run');
  const far = join(
    tmpdir(),
    `isochrone-${createHash('sha256').update(stateDirectory).digest('hex').slice(0, 8)}`,
  );
  const directory = `${near}/${name}.sock`.length <= MAX_SOCKET_PATH ? near : far;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return join(directory, `${name}.sock`);
}
