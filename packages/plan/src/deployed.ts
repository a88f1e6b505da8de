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
/** Alarms on health checks, which Route 53 keeps the figures of in one region. */
export const WATCH_STACK = 'Watch';

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

/** What a machine is: another value is another machine. */
export const machineContent = ({ edge }: Topology, { engine }: ProxyInstance): unknown => ({
  engine,
  instanceType: edge.instanceType,
});

/** How functions run, and who is told: what the stacks of every region say without being another bundle. */
export const stackSettings = ({ functions, alarms }: Topology): unknown => ({ functions, alarms });

export const instancesOf = (topology: Topology | null): readonly ProxyInstance[] =>
  topology?.regions.flatMap(({ proxies }) => proxies) ?? [];

export const regionsOf = (topology: Topology | null): readonly RegionName[] =>
  topology?.regions.map(({ name }) => name) ?? [];
