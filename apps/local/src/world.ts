import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDevCa } from '@isochrone/dev-ca';
import {
  dnsPlan,
  type Engine,
  isRegionName,
  onLocalhost,
  type ProxyInstance,
  type RegionName,
  type Topology,
} from '@isochrone/topology';
import { sampleAccount } from '@isochrone/tours';
import { openAddressBook } from './address-book.ts';
import { readGeoTable, readLatencies } from './client-files.ts';
import { startControl } from './control.ts';
import { type Deployment, openDeployment } from './deployment.ts';
import { describeWorld } from './describe-world.ts';
import { lookupThrough } from './dns/lookup.ts';
import type { Authority } from './dns/reply.ts';
import { startDnsServer } from './dns/server.ts';
import { openEvents } from './events.ts';
import { exitLine } from './exit-line.ts';
import { followEdits } from './follow-edits.ts';
import { openFrontDoor } from './front-door.ts';
import { buildFunctions, functionBuild } from './function-build.ts';
import { openInspector } from './inspector.ts';
import { lambdaRoutes } from './lambda-routes.ts';
import { openLogFiles } from './log-files.ts';
import type { WorldOptions } from './options.ts';
import { programs, requireBuilt } from './programs.ts';
import { keptPublishKey } from './publish-key.ts';
import { requireHealthy } from './readiness.ts';
import { seedStore } from './seed.ts';
import { claimState } from './state-lock.ts';
import { openSteering } from './steering.ts';
import { openStore, TABLE_NAME } from './store.ts';
import { atTimeScale } from './time-scale.ts';
import { readTopologyFile } from './topology-file.ts';
import { openVisitor } from './visitor.ts';
import type { WorldDescription } from './world-description.ts';

/** Everything that one topology describes, running on this machine. */
export interface World {
  describe(): WorldDescription;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

const homeFirst = ({ home, regions }: Topology): readonly RegionName[] => [
  home,
  ...regions.map(({ name }) => name).filter((name) => name !== home),
];

/**
 * Starts the world; resolves when every proxy is healthy. What was started is stopped again when a part fails.
 *
 * @throws LocalError, TopologyError, EnginesError, DevCaError
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const { say, stateDirectory, topologyFile, timeScale } = options;
  const localTopology = (read: Topology): Topology => atTimeScale(onLocalhost(read), timeScale);
  const file = readTopologyFile(topologyFile);
  let topology = localTopology(file.topology);
  const geo = readGeoTable(options.geoFile);
  const latency = readLatencies(options.latencyFile);
  const events = openEvents();
  requireBuilt();
  const inspector = openInspector(options.inspect, topology, options.engine, say);
  starting.defer(claimState(stateDirectory));
  const logs = openLogFiles(join(stateDirectory, 'logs'));
  starting.defer(() => logs.close());
  const log = (name: string) => inspector.listen(name, logs.writer(name));

  // Sockets first, so that a port in use is said before the slow work begins.
  let authority: (() => Authority) | undefined;
  const dns = await startDnsServer({ address: '127.0.0.1', port: options.dnsPort }, () => authority?.());
  starting.defer(() => dns.close());
  const ca = await openDevCa(join(stateDirectory, 'ca'));
  if (ca.replacedBecause) say(`made a new local authority, because of the former one ${ca.replacedBecause}`);
  const visitor = openVisitor(ca.caFile);
  starting.defer(() => visitor.close());
  const door = await openFrontDoor({
    bind: { address: '127.0.0.1', port: options.port },
    lookup: (hostname) => lookup(hostname),
    log: log('front-door'),
  });
  starting.defer(() => door.close());
  const book = await openAddressBook(options.loopback, door.endpoint.port, options);
  const lookup = lookupThrough(dns.endpoint, book);
  await book.add(topology);
  const steering = openSteering({
    topology: () => topology,
    book,
    geo,
    latency,
    timeScale,
    events,
    reconcile: async () => {
      await deployment.reconcile();
      store.resume();
    },
  });
  authority = steering.authority;
  const store = openStore({
    directory: join(stateDirectory, 'store'),
    regions: () => homeFirst(topology),
    lagMs: options.replicationLagMs,
    isDown: (region) => steering.faults.effects().isStoreDown(region),
    isPaused: (region) => steering.faults.effects().isReplicationPaused(region),
  });
  starting.defer(() => store.close());
  const publishKey = await keptPublishKey(stateDirectory);
  const build = functionBuild(stateDirectory, log('build-functions'));
  const engineOf = ({ engine }: ProxyInstance): Engine =>
    options.engine === 'topology' ? engine : options.engine;
  const edgeBuild = join(stateDirectory, 'edge-proxy');
  const deployment: Deployment = openDeployment({
    stateDirectory,
    book,
    dns: dns.endpoint,
    publicPort: door.endpoint.port,
    ca,
    // Stands for the public authority that signs AWS's own certificates; nobody here trusts it.
    awsCa: await openDevCa(join(stateDirectory, 'aws-ca'), { permittedDomains: ['amazonaws.com'] }),
    sniPolicy: options.sniPolicy,
    engineOf,
    edgeProxyEntry: options.watch ? join(edgeBuild, 'main.mjs') : programs.edgeProxy,
    bundles: build.out,
    functionEnvironment: store.environmentOf,
    effects: steering.faults.effects,
    onPublish: (publish) => events.tell({ type: 'publish', ...publish }),
    execArgv: inspector.execArgv,
    log,
    onExit: (exit) => {
      const { name, code, signal, restartInMs } = exit;
      events.tell({ type: 'process-exit', name, code, signal, restartInMs });
      say(exitLine(exit, logs.directory));
    },
  });
  starting.defer(() => deployment.close());
  starting.defer(() => steering.health.stop());
  let ready = false;
  const closing = new AbortController();

  const describe = (): WorldDescription =>
    describeWorld({
      ready,
      timeScale,
      topology,
      engineOf,
      caFile: ca.caFile,
      publishKey,
      table: {
        name: TABLE_NAME,
        home: topology.home,
        endpoints: store.endpoints(),
        replicationLagMs: options.replicationLagMs,
      },
      dns: dns.endpoint,
      door: door.endpoint,
      control: control.endpoint,
      book,
      deployment,
      health: steering.health,
    });

  const control = await startControl({
    bind: { address: '127.0.0.1', port: options.controlPort },
    describe,
    fetchScript: () => visitor.get(describe().scriptUrl, door.endpoint),
    routes: [
      ...steering.routes,
      lambdaRoutes((region, name) =>
        isRegionName(region) ? deployment.apis.get(region)?.functions.get(name) : undefined,
      ),
    ],
  });
  starting.defer(() => control.close());

  await Promise.all([
    buildFunctions(build, topologyFile, topology.domain),
    seedStore({
      ...(await store.environmentOf(topology.home)),
      AWS_REGION: topology.home,
      ACCOUNT: sampleAccount,
      PUBLISH_KEY: publishKey,
    }),
  ]);

  const apply = async (next: Topology): Promise<void> => {
    await deployment.apply(next, () => {
      topology = next;
      steering.refresh();
    });
    steering.health.apply(dnsPlan(next).healthChecks);
    // A world that was made to fail need not be well.
    if (steering.faults.list().length === 0)
      await requireHealthy(
        next.regions.flatMap(({ proxies }) =>
          proxies.map((instance) => ({ instance, endpoint: book.proxy(instance) })),
        ),
        visitor,
        { timeoutMs: READY_TIMEOUT_MS, logs: logs.directory, signal: closing.signal },
      );
    if (ready) events.tell({ type: 'topology', regions: next.regions.map(({ name }) => name) });
    ready = true;
    const file = join(stateDirectory, 'world.json');
    writeFileSync(file, `${JSON.stringify(describe(), null, 2)}\n`, { mode: 0o600 });
  };
  if (options.watch) {
    const edits = await followEdits({
      topologyFile,
      text: file.text,
      current: () => topology,
      localTopology,
      apply,
      deployment,
      build,
      edgeBuild,
      log,
      say,
    });
    starting.defer(() => edits.close());
  } else {
    await apply(topology);
  }

  const running = starting.move();
  return {
    describe,
    close: async () => {
      closing.abort();
      await running.disposeAsync();
    },
  };
}
