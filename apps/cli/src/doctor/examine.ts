import {
  apiHostname,
  type ProxyInstance,
  proxyGroupHostname,
  publicHostname,
  type RegionName,
  stagingApiHostname,
} from '@isochrone/topology';
import type { Deployment } from './deployment.ts';
import type { Lookup } from './names.ts';
import { type Probe, probe } from './probe.ts';

/** Everything that was seen of a deployment, without any opinion of it. */
export interface Examination {
  readonly publicName: NameSeen;
  /** The groups of proxies, and the names of the stages for trying. */
  readonly names: readonly NameSeen[];
  readonly proxies: readonly ProxySeen[];
  readonly apis: readonly ApiSeen[];
  readonly sendings: readonly Sending[];
}

export interface NameSeen {
  readonly name: string;
  readonly lookup: Lookup;
}

interface Seen {
  readonly hostname: string;
  readonly region: RegionName;
  readonly lookup: Lookup;
  /** `/healthz`; null where there is no address to ask. */
  readonly health: Probe | null;
  /** The script, as visitors ask for it; null where health got no answer. */
  readonly delivery: Probe | null;
}

export interface ProxySeen extends Seen {
  readonly instance: ProxyInstance;
}

export interface ApiSeen extends Seen {
  /** Asked with its own server name, but for a Host that is not its own. */
  readonly foreignHost: Probe | null;
}

/** Where visitors near a region are sent. */
export interface Sending {
  readonly region: RegionName;
  readonly city: string;
  readonly address: string | undefined;
}

/** Looks every name up, and asks every proxy and API what Route 53, visitors and strangers ask. */
export async function examine(deployment: Deployment): Promise<Examination> {
  const { topology, names, addressNear } = deployment;
  const { regions } = topology;
  const see = async (name: string): Promise<NameSeen> => ({ name, lookup: await names.lookUp(name) });
  const others = regions.flatMap(({ name, proxies }) => [
    ...(proxies.length > 0 ? [proxyGroupHostname(topology, name)] : []),
    stagingApiHostname(topology, name),
  ]);
  const [publicName, seen, proxies, apis, sendings] = await Promise.all([
    see(publicHostname(topology)),
    Promise.all(others.map(see)),
    Promise.all(regions.flatMap((region) => region.proxies.map((each) => examineProxy(deployment, each)))),
    Promise.all(regions.map(({ name }) => examineApi(deployment, name))),
    Promise.all(
      addressNear === undefined || topology.ingress === 'direct'
        ? []
        : regions.map(async ({ name }) => ({ region: name, ...(await addressNear(name)) })),
    ),
  ]);
  return { publicName, names: seen, proxies, apis, sendings };
}

async function examineProxy(deployment: Deployment, instance: ProxyInstance): Promise<ProxySeen> {
  const { hostname, region } = instance;
  const name = publicHostname(deployment.topology);
  return { instance, region, ...(await ask(deployment, hostname, name)) };
}

async function examineApi(deployment: Deployment, region: RegionName): Promise<ApiSeen> {
  const hostname = apiHostname(deployment.topology, region);
  const seen = await ask(deployment, hostname, hostname);
  const foreignHost = seen.health?.ok
    ? await probe({
        ...targetOf(deployment, hostname, seen.lookup),
        host: 'stranger.invalid',
        path: '/healthz',
      })
    : null;
  return { region, ...seen, foreignHost };
}

/** @param visited the name under which visitors reach it */
async function ask(deployment: Deployment, hostname: string, visited: string): Promise<Omit<Seen, 'region'>> {
  const lookup = await deployment.names.lookUp(hostname);
  if (!lookup.ok) return { hostname, lookup, health: null, delivery: null };
  const target = targetOf(deployment, hostname, lookup);
  const health = await probe({ ...target, path: '/healthz' });
  if (!health.ok) return { hostname, lookup, health, delivery: null };
  const path = `/${deployment.account}.js`;
  return { hostname, lookup, health, delivery: await probe({ ...target, serverName: visited, path }) };
}

const targetOf = ({ portOf, ca }: Deployment, hostname: string, lookup: Lookup) => ({
  address: (lookup.ok ? lookup.addresses[0] : undefined) ?? hostname,
  port: portOf(hostname),
  serverName: hostname,
  ca,
});
