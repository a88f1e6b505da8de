import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceName } from '@isochrone/config-gen';
import { openDevCa } from '@isochrone/dev-ca';
import type { UnexpectedExit } from '@isochrone/engines';
import { type Engine, moveDomain, type ProxyInstance, type Topology } from '@isochrone/topology';
import { sampleAccount } from '@isochrone/tours';
import { openAddressBook } from './address-book.ts';
import { startControl } from './control.ts';
import { type Deployment, openDeployment } from './deployment.ts';
import { describeWorld } from './describe-world.ts';
import { lookupThrough } from './dns-lookup.ts';
import { startDnsServer } from './dns-server.ts';
import { LocalError } from './errors.ts';
import { followEdits } from './follow-edits.ts';
import { openFrontDoor } from './front-door.ts';
import { buildFunctions, functionBuild } from './function-build.ts';
import { type HealthWatch, watchHealth } from './health-watch.ts';
import { openInspector } from './inspector.ts';
import { openLogFiles } from './log-files.ts';
import type { WorldOptions } from './options.ts';
import { programs, requireBuilt } from './programs.ts';
import { keptPublishKey } from './publish-key.ts';
import { seedStore } from './seed.ts';
import { claimState } from './state-lock.ts';
import { openStore } from './store.ts';
import { readTopologyFile } from './topology-file.ts';
import { openVisitor } from './visitor.ts';
import type { WorldDescription } from './world-description.ts';
import { type Zone, zoneOf } from './zone.ts';

/** Everything that one topology describes, running on this machine. */
export interface World {
  describe(): WorldDescription;
  close(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts the world; resolves when every proxy is healthy. What was started is stopped again when a part fails.
 *
 * @throws LocalError, TopologyError, EnginesError, DevCaError
 */
export async function startWorld(options: WorldOptions): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const { say, stateDirectory, topologyFile } = options;
  const file = readTopologyFile(topologyFile);
  let topology = localTopology(file.topology);
  requireBuilt();
  const inspector = openInspector(options.inspect, topology, options.engine, say);
  starting.defer(claimState(stateDirectory));
  const logs = openLogFiles(join(stateDirectory, 'logs'));
  starting.defer(() => logs.close());
  const log = (name: string) => inspector.listen(name, logs.writer(name));

  // Sockets first, so that a port in use is said before the slow work begins.
  let zone: Zone | undefined;
  const dns = await startDnsServer({ address: '127.0.0.1', port: options.dnsPort }, () => zone);
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
  const store = await openStore(join(stateDirectory, 'store'));
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
    functionEnvironment: store.environment,
    execArgv: inspector.execArgv,
    log,
    onExit: (exit) => say(exitLine(exit, logs.directory)),
  });
  starting.defer(() => deployment.close());
  const health: HealthWatch = watchHealth(visitor);
  starting.defer(() => health.stop());
  let ready = false;
  const closing = new AbortController();

  const describe = (): WorldDescription =>
    describeWorld({
      ready,
      topology,
      engineOf,
      caFile: ca.caFile,
      publishKey,
      dns: dns.endpoint,
      door: door.endpoint,
      control: control.endpoint,
      book,
      deployment,
      health,
    });

  await book.add(topology);
  const control = await startControl({
    bind: { address: '127.0.0.1', port: options.controlPort },
    describe,
    fetchScript: () => visitor.get(describe().scriptUrl, door.endpoint),
  });
  starting.defer(() => control.close());

  await Promise.all([
    buildFunctions(build, topologyFile, topology.domain),
    seedStore({
      ...store.environment,
      AWS_REGION: topology.home,
      ACCOUNT: sampleAccount,
      PUBLISH_KEY: publishKey,
    }),
  ]);

  const apply = async (next: Topology): Promise<void> => {
    await deployment.apply(next, () => {
      topology = next;
      zone = zoneOf(next, book);
    });
    health.watch(
      next.regions.flatMap(({ proxies }) =>
        proxies.map((instance) => ({
          instance,
          endpoint: book.proxy(instance),
          pid: () => deployment.edges.get(instance.hostname)?.pid ?? null,
        })),
      ),
    );
    await requireHealthy(topology, health, logs.directory, closing.signal);
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

/** Names under `.localhost` reach this machine without anything set up (RFC 6761, section 6.3). */
const localTopology = (topology: Topology): Topology => moveDomain(topology, `${topology.domain}.localhost`);

function exitLine({ name, code, signal, error, restartInMs }: UnexpectedExit, logs: string): string {
  const how =
    error === undefined
      ? signal === null
        ? `ended with code ${code}`
        : `ended on ${signal}`
      : 'did not start';
  const why = error instanceof Error ? ` (${error.message})` : '';
  return `${name} ${how}${why}; starting it again in ${restartInMs} ms (log: ${join(logs, `${name}.log`)})`;
}

async function requireHealthy(
  topology: Topology,
  health: HealthWatch,
  logs: string,
  closing: AbortSignal,
): Promise<void> {
  const closed = new Promise<boolean>((resolve) => {
    closing.addEventListener('abort', () => resolve(true), { once: true });
  });
  if (await Promise.race([health.allHealthy(READY_TIMEOUT_MS), closed])) return;
  const sick = topology.regions
    .flatMap(({ proxies }) => proxies)
    .filter(({ hostname }) => !health.isHealthy(hostname))
    .map(instanceName);
  throw new LocalError(
    'LOCAL_NOT_READY',
    `not healthy after ${READY_TIMEOUT_MS / 1000} s: ${sick.join(', ')}`,
    {
      hint: `look into ${logs}`,
    },
  );
}
