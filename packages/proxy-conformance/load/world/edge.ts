import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type EdgeSettings, type Endpoint, renderEdgeProxy, renderHaproxy } from '@isochrone/config-gen';
import { type EngineName, type RunningEngine, startEngine } from '@isochrone/engines';
import type { ProxyInstance, Topology } from '@isochrone/topology';
import { loopbackAddress } from '../../src/world/loopback.ts';
import { listeningSockets } from '../../src/world/processes.ts';
import { childrenOf, farEndsOf } from './processes.ts';

const EDGE_PROXY = fileURLToPath(new URL('../../../../apps/edge-proxy/dist/main.mjs', import.meta.url));
const KEPT_LINES = 200;

/** One proxy under load. */
export interface LoadEdge {
  /** First label of its hostname; its answers carry it in `x-edge`. */
  readonly label: string;
  readonly engine: EngineName;
  /** Where visitors connect to. */
  readonly endpoint: Endpoint;
  readonly settings: EdgeSettings;
  /** The process that was started: parent or master of the workers. */
  readonly process: RunningEngine;
  /** What it logged last, requests left out. */
  readonly log: readonly string[];
  /** Writes the configuration anew, for the settings given; what runs is not told. */
  rewrite(changed?: Partial<EdgeSettings>): Promise<void>;
  /** Puts a certificate in the place of the one that the configuration names; what runs is not told. */
  replaceCertificate(pem: string): Promise<void>;
  /** Starts it again once it has ended. */
  startAgain(): Promise<void>;
}

export interface LoadEdgeOptions {
  readonly engine: EngineName;
  readonly topology: Topology;
  readonly instance: ProxyInstance;
  readonly workers: number;
  readonly folder: string;
  readonly certificate: string;
  readonly originCa: string;
  readonly originPort: EdgeSettings['originPort'];
  readonly resolver: Endpoint;
}

/** Resolves once its `/healthz` answers as that of a healthy proxy, which `isHealthy` finds out. */
export async function startLoadEdge(
  {
    engine,
    topology,
    instance,
    workers,
    folder,
    certificate,
    originCa,
    originPort,
    resolver,
  }: LoadEdgeOptions,
  isHealthy: (endpoint: Endpoint) => Promise<boolean>,
): Promise<LoadEdge> {
  const label = instance.hostname.split('.', 1)[0] ?? '';
  const address = loopbackAddress();
  const pem = join(folder, `${label}.pem`);
  await writeFile(pem, certificate, { mode: 0o600 });
  const settings: EdgeSettings = {
    bind: { address, port: 8443 },
    plainBind: { address, port: 8080 },
    plainHttp: 'refuse',
    publicPort: 8443,
    certificate: pem,
    originCa,
    originPort,
    resolver,
    adminBind: { address, port: 9180 },
    workers,
    adminSocket: join(folder, `${label}.sock`),
    maxConnections: 2_000,
  };
  const configFile = join(folder, engine === 'haproxy' ? `${label}.cfg` : `${label}.json`);
  const render = engine === 'haproxy' ? renderHaproxy : renderEdgeProxy;
  const rewrite = (changed: Partial<EdgeSettings> = {}): Promise<void> =>
    replaceFile(configFile, render(topology, instance, { ...settings, ...changed }));
  await rewrite();

  const log: string[] = [];
  const start = async (): Promise<RunningEngine> => {
    const process = await startEngine({
      engine,
      name: label,
      configFile,
      edgeProxyEntry: EDGE_PROXY,
      log: (line) => {
        if (line.includes('"event":"request"')) return;
        if (log.push(line) > KEPT_LINES) log.shift();
      },
    });
    let over = false;
    void process.exited.then(() => {
      over = true;
    });
    while (!(await isHealthy(settings.bind))) {
      if (over) throw new Error(`${label} (${engine}) does not start:\n${log.join('\n')}`);
      await sleep(20);
    }
    return process;
  };
  let process = await start();
  return {
    label,
    engine,
    endpoint: settings.bind,
    settings,
    get process() {
      return process;
    },
    log,
    rewrite,
    replaceCertificate: (text) => replaceFile(pem, text),
    startAgain: async () => {
      process = await start();
    },
  };
}

/** The worker processes of a proxy that accept visitors now. */
export async function servingWorkers({ process, endpoint }: LoadEdge): Promise<readonly number[]> {
  const where = `${endpoint.address}:${endpoint.port}`;
  const children = childrenOf(process.pid);
  const listening = await Promise.all(children.map((child) => listeningSockets([child])));
  return children.filter((_child, index) => listening[index]?.includes(where));
}

/**
 * Kills a worker; returns the visitors' ends of the connections that go with it. It is held still first: it must not
 * accept anybody between the look at its connections and its end. haproxy's master ends former workers, which a reload
 * has left to finish, together with the one that dies.
 */
export function killWorker({ engine, process: edge }: LoadEdge, worker: number): readonly Endpoint[] {
  process.kill(worker, 'SIGSTOP');
  const dying = engine === 'haproxy' ? childrenOf(edge.pid) : [worker];
  const connections = dying.flatMap(farEndsOf);
  process.kill(worker, 'SIGKILL');
  return connections;
}

/** Whoever reads it meanwhile reads the old one or the new one, and no part of either. */
async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
