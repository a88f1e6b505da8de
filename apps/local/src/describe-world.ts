import { instanceName } from '@isochrone/config-gen';
import {
  apiHostname,
  type Engine,
  type ProxyInstance,
  publicHostname,
  type Topology,
} from '@isochrone/topology';
import { sampleAccount, sampleTour } from '@isochrone/tours';
import type { AddressBook } from './address-book.ts';
import type { Endpoint } from './address-plan.ts';
import { SAMPLE_PATH } from './control.ts';
import type { Deployment } from './deployment.ts';
import type { HealthChecks } from './health/health-checks.ts';
import { LAMBDA_PATH } from './lambda-routes.ts';
import type { WorldDescription } from './world-description.ts';

export interface WorldParts {
  readonly ready: boolean;
  readonly timeScale: number;
  readonly topology: Topology;
  readonly engineOf: (instance: ProxyInstance) => Engine;
  readonly caFile: string;
  readonly publishKey: string;
  readonly table: WorldDescription['table'];
  readonly dns: Endpoint;
  readonly door: Endpoint;
  readonly control: Endpoint;
  readonly book: AddressBook;
  readonly deployment: Deployment;
  readonly health: HealthChecks;
}

export function describeWorld(parts: WorldParts): WorldDescription {
  const { topology, book, deployment, health, door, control } = parts;
  const publicUrl = `https://${publicHostname(topology)}:${door.port}`;
  return {
    ready: parts.ready,
    pid: process.pid,
    publicUrl,
    scriptUrl: `${publicUrl}/${sampleAccount}.js`,
    ca: parts.caFile,
    dns: parts.dns,
    frontDoor: door,
    account: sampleAccount,
    publishKey: parts.publishKey,
    table: parts.table,
    lambda: { endpoint: `http://${control.address}:${control.port}${LAMBDA_PATH}` },
    publish: { url: `${publicUrl}/v1/tours/${sampleTour.id}` },
    sampleSite: `http://${control.address}:${control.port}${SAMPLE_PATH}`,
    timeScale: parts.timeScale,
    regions: topology.regions.map(({ name, proxies }) => ({
      name,
      api: { host: apiHostname(topology, name), ...book.api(name) },
      proxies: proxies.map((instance) => {
        const edge = deployment.edges.get(instance.hostname);
        return {
          name: instanceName(instance),
          host: instance.hostname,
          ...book.proxy(instance),
          engine: edge?.engine ?? parts.engineOf(instance),
          pid: edge?.pid ?? null,
          healthy: health.isHealthy(instanceName(instance)),
        };
      }),
    })),
  };
}
