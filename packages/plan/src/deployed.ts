import {
  apiHostname,
  type ProxyInstance,
  publicHostname,
  type RegionName,
  stagingApiHostname,
  type Topology,
  upstreamsOf,
} from '@isochrone/topology';

/** The stacks of apps/infra. */
export const tourStack = (region: RegionName): string => `Tour-${region}`;
export const edgeStack = (region: RegionName): string => `Edge-${region}`;
export const DATA_STACK = 'Data';

/** API Gateway custom domains of one region. */
export function customDomains(topology: Topology, region: RegionName): readonly string[] {
  const own = [apiHostname(topology, region), stagingApiHostname(topology, region)];
  return topology.ingress === 'direct' ? [...own, publicHostname(topology)] : own;
}

/** What is compiled into the function's bundle: another value is another bundle, everywhere. */
export function bundleContent(topology: Topology): unknown {
  const { service, domain, ingress, home, delivery, regions } = topology;
  return { service, domain, ingress, home, delivery, regions: regions.map(({ name }) => name).toSorted() };
}

/** What a proxy's configuration says, but for its engine. */
export function proxyContent(topology: Topology, { hostname, region }: ProxyInstance): unknown {
  const { service, domain, edge } = topology;
  const { maxConnectionAge, clientRate, logSample, drain } = edge;
  return {
    service,
    domain,
    hostname,
    maxConnectionAge,
    clientRate,
    logSample,
    drain,
    upstreams: upstreamsOf(topology, region),
  };
}

export const instancesOf = (topology: Topology | null): readonly ProxyInstance[] =>
  topology?.regions.flatMap(({ proxies }) => proxies) ?? [];

export const regionsOf = (topology: Topology | null): readonly RegionName[] =>
  topology?.regions.map(({ name }) => name) ?? [];

/**
 * The order in which regions meet a change: the first is the canary, the home comes last. A single region is both.
 */
export function waveOrder(regions: readonly RegionName[], home: RegionName): readonly RegionName[] {
  return [...regions.filter((region) => region !== home), ...regions.filter((region) => region === home)];
}
