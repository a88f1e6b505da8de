import { setTimeout as delay } from 'node:timers/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type FunctionJob, functionName, type RegionName, type Topology } from '@isochrone/topology';
import { type DeploymentOptions, liveDeployment } from '../doctor/deployment.ts';
import { probe } from '../doctor/probe.ts';
import { type RegionFunction, regionFunction } from './region-function.ts';
import type { ReleaseParts } from './release.ts';
import type { RollParts } from './roll.ts';

type Say = (line: string) => void;

/**
 * Functions of the account whose credentials the environment has, each region by its own client.
 *
 * @param endpoint of another service than AWS's, which asks for no credentials
 */
export function releaseParts(
  topology: Topology,
  regions: readonly RegionName[],
  say: Say,
  endpoint?: string,
): ReleaseParts {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const clients = new Map<RegionName, LambdaClient>();
  const clientOf = (region: RegionName): LambdaClient => {
    const client =
      clients.get(region) ??
      new LambdaClient({ region, ...(endpoint === undefined ? {} : { endpoint, credentials }) });
    clients.set(region, client);
    return client;
  };
  const functionOf = (region: RegionName, job: FunctionJob): RegionFunction =>
    regionFunction(clientOf(region), functionName(topology, job), region);
  return { topology, regions, functionOf, say };
}

export function rollParts(
  topology: Topology,
  regions: readonly RegionName[],
  say: Say,
  asking: Pick<DeploymentOptions, 'resolver' | 'ca'>,
): RollParts {
  const { names, portOf, ca } = liveDeployment(topology, asking);
  return {
    instances: regions.flatMap(
      (region) => topology.regions.find(({ name }) => name === region)?.proxies ?? [],
    ),
    groupsOf: (region) => new AutoScalingClient({ region }),
    answers: async (hostname) => {
      const lookup = await names.lookUp(hostname);
      const [address] = lookup.ok ? lookup.addresses : [];
      if (address === undefined) return false;
      const answer = await probe({
        address,
        port: portOf(hostname),
        serverName: hostname,
        path: '/healthz',
        ca,
      });
      return answer.ok && answer.status === 200;
    },
    sleep: (seconds) => delay(seconds * 1000),
    say,
  };
}
