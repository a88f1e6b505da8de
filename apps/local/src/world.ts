import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDevCa } from '@isochrone/dev-ca';
import type { UnexpectedExit } from '@isochrone/engines';
import { apiHostname, formatProblem, moveDomain, publicHostname, type Topology } from '@isochrone/topology';
import { sampleAccount, sampleTour } from '@isochrone/tours';
import { openAddressBook } from './address-book.ts';
import { SAMPLE_PATH, startControl } from './control.ts';
import { openDeployment } from './deployment.ts';
import { lookupThrough } from './dns-lookup.ts';
import { startDnsServer } from './dns-server.ts';
import { instanceLabel } from './edge.ts';
import { LocalError } from './errors.ts';
import { openFrontDoor } from './front-door.ts';
import { buildFunctions } from './function-build.ts';
import { watchHealth } from './health-watch.ts';
import { type Inspector, openInspector } from './inspector.ts';
import { openLogFiles } from './log-files.ts';
import type { WorldOptions } from './options.ts';
import { programs, requireBuilt } from './programs.ts';
import { keptPublishKey } from './publish-key.ts';
import { seedStore } from './seed.ts';
import { watchSources } from './source-watch.ts';
import { claimState } from './state-lock.ts';
import { openStore } from './store.ts';
import { readTopology, watchTopology } from './topology-file.ts';
import { openVisitor } from './visitor.ts';
import type { WorldDescription } from './world-description.ts';
import { zoneOf } from './zone.ts';

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
  const { say, stateDirectory } = options;
  let topology = localTopology(readTopology(options.topologyFile));
  requireBuilt();
  const inspector: Inspector = openInspector(options.inspect, topology, options.engine, say);
  starting.defer(claimState(stateDirectory));
  const logs = openLogFiles(join(stateDirectory, 'logs'));
  starting.defer(() => logs.close());
  const log = (name: string) => inspector.listen(name, logs.writer(name));

  const bundles = join(stateDirectory, 'functions');
  const built = buildFunctions({ ...buildTarget(), log: log('build-functions') });
  const ca = await openDevCa(join(stateDirectory, 'ca'));
  const awsCa = await openDevCa(join(stateDirectory, 'aws-ca'), { permittedDomains: ['amazonaws.com'] });
  const store = await openStore(join(stateDirectory, 'store'));
  starting.defer(() => store.close());
  const publishKey = await keptPublishKey(stateDirectory);
  await Promise.all([
    built,
    seedStore({
      ...store.environment,
      AWS_REGION: topology.home,
      ACCOUNT: sampleAccount,
      PUBLISH_KEY: publishKey,
    }),
  ]);

  const visitor = openVisitor(ca.caFile);
  starting.defer(() => visitor.close());
  const dns = await startDnsServer({ address: '127.0.0.1', port: options.dnsPort }, () => zone);
  starting.defer(() => dns.close());
  let lookup: ReturnType<typeof lookupThrough> | undefined;
  const door = await openFrontDoor({
    bind: { address: '127.0.0.1', port: options.port },
    lookup: async (hostname) => (await lookup?.(hostname)) ?? [],
    log: log('front-door'),
  });
  starting.defer(() => door.close());
  const book = await openAddressBook(options.loopback, door.endpoint.port, options);
  lookup = lookupThrough(dns.endpoint, book);
  let zone = zoneOf(topology, book);

  const onExit = ({ name, code, signal, restartInMs }: UnexpectedExit): void => {
    const how = signal === null ? `with code ${code}` : `on ${signal}`;
    say(
      `${name} ended ${how}; starting it again in ${restartInMs} ms (log: ${join(logs.directory, `${name}.log`)})`,
    );
  };
  const deployment = openDeployment({
    stateDirectory,
    book,
    dns: dns.endpoint,
    publicPort: door.endpoint.port,
    ca,
    awsCa,
    sniPolicy: options.sniPolicy,
    engineOf: ({ engine }) => (options.engine === 'topology' ? engine : options.engine),
    edgeProxyEntry: options.watch ? watchedEdgeProxy() : programs.edgeProxy,
    bundles,
    functionEnvironment: store.environment,
    execArgv: inspector.execArgv,
    log,
    onExit,
  });
  starting.defer(() => deployment.close());
  const health = watchHealth(visitor);
  starting.defer(() => health.stop());
  let ready = false;
  const control = await startControl({
    bind: { address: '127.0.0.1', port: options.controlPort },
    describe: () => describe(),
    fetchScript: () => visitor.get(describe().scriptUrl, door.endpoint),
  });
  starting.defer(() => control.close());

  const sources = options.watch
    ? await watchSources(
        { ...buildTarget(), edgeProxyOut: join(stateDirectory, 'edge-proxy'), log, say },
        deployment,
      )
    : undefined;
  if (sources) starting.defer(() => sources.close());
  await apply(topology);
  await requireHealthy();
  ready = true;
  keepDescription();

  let changes: Promise<void> = Promise.resolve();
  if (options.watch) {
    const stopWatching = watchTopology(options.topologyFile, (result) => {
      if (!result.ok) {
        say(result.problems.map(formatProblem).join('\n'));
        say('the topology has problems; the world stays as it is');
        return;
      }
      const next = localTopology(result.topology);
      changes = changes.then(() => change(next)).catch((error: unknown) => say(String(error)));
    });
    starting.defer(async () => {
      stopWatching();
      await changes;
    });
  }

  const running = starting.move();
  return { describe, close: () => running.disposeAsync() };

  function buildTarget() {
    return { topologyFile: options.topologyFile, domain: topology.domain, out: bundles };
  }

  function watchedEdgeProxy(): string {
    return join(stateDirectory, 'edge-proxy', 'main.mjs');
  }

  async function apply(next: Topology): Promise<void> {
    await deployment.apply(next, () => {
      topology = next;
      zone = zoneOf(next, book);
    });
    health.watch(
      [...deployment.edges.values()].map(({ instance }) => ({ instance, endpoint: book.proxy(instance) })),
    );
  }

  async function change(next: Topology): Promise<void> {
    const before = topology;
    await buildFunctions({ ...buildTarget(), domain: next.domain, log: log('build-functions') });
    await apply(next);
    await deployment.reloadFunctions();
    await requireHealthy();
    keepDescription();
    say(changeLine(before, next));
  }

  async function requireHealthy(): Promise<void> {
    if (await health.allHealthy(READY_TIMEOUT_MS)) return;
    const sick = [...deployment.edges.values()]
      .filter(({ instance }) => !health.isHealthy(instance.hostname))
      .map(({ instance }) => instanceLabel(instance));
    throw new LocalError(
      'LOCAL_NOT_READY',
      `not healthy after ${READY_TIMEOUT_MS / 1000} s: ${sick.join(', ')}`,
      {
        hint: `look into ${logs.directory}`,
      },
    );
  }

  function keepDescription(): void {
    writeFileSync(join(stateDirectory, 'world.json'), `${JSON.stringify(describe(), null, 2)}\n`, {
      mode: 0o600,
    });
  }

  function describe(): WorldDescription {
    const publicUrl = `https://${publicHostname(topology)}:${door.endpoint.port}`;
    return {
      ready,
      pid: process.pid,
      publicUrl,
      scriptUrl: `${publicUrl}/${sampleAccount}.js`,
      ca: ca.caFile,
      dns: dns.endpoint,
      frontDoor: door.endpoint,
      account: sampleAccount,
      publishKey,
      publish: { url: `${publicUrl}/v1/accounts/${sampleAccount}/tours/${sampleTour.id}` },
      sampleSite: `http://${control.endpoint.address}:${control.endpoint.port}${SAMPLE_PATH}`,
      regions: topology.regions.map(({ name, proxies }) => ({
        name,
        api: { host: apiHostname(topology, name), ...book.api(name) },
        proxies: proxies.map((instance) => ({
          name: instanceLabel(instance),
          host: instance.hostname,
          ...book.proxy(instance),
          engine: deployment.edges.get(instance.hostname)?.engine ?? instance.engine,
          pid: deployment.edges.get(instance.hostname)?.pid ?? null,
          healthy: health.isHealthy(instance.hostname),
        })),
      })),
    };
  }
}

/** Names under `.localhost` reach this machine without anything set up (RFC 6761, section 6.3). */
const localTopology = (topology: Topology): Topology => moveDomain(topology, `${topology.domain}.localhost`);

function changeLine(before: Topology, after: Topology): string {
  const names = (topology: Topology) => topology.regions.map(({ name }) => name);
  const added = names(after).filter((name) => !names(before).includes(name));
  const removed = names(before).filter((name) => !names(after).includes(name));
  const parts = [...added.map((name) => `+${name}`), ...removed.map((name) => `-${name}`)];
  return `topology applied${parts.length > 0 ? `: ${parts.join(' ')}` : ''}`;
}
