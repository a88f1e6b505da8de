import { proxyHostname } from './hostnames.ts';
import { isRegionName, type RegionName } from './regions.ts';
import type { CompleteTopology } from './schema.ts';
import type { Engine, ProxyInstance, Region, Topology } from './topology.ts';

/** Default of `edge.drain`, in seconds. */
export const DEFAULT_DRAIN_SECONDS = 120;

/** The seconds until Route 53 has noticed a failure and every resolver has forgotten the old answer. */
export function failoverSeconds(topology: Pick<CompleteTopology, 'healthCheck' | 'dns'>): number {
  return topology.healthCheck.interval * topology.healthCheck.failureThreshold + topology.dns.ttl;
}

/** Writes every default out and freezes the result. */
export function normalizeTopology(written: CompleteTopology): Topology {
  const { service, domain, hostedZoneId, account, home, ingress, dns, healthCheck, delivery, origin } =
    written;
  const { reservedConcurrency, ...functions } = written.functions;
  const { topicArn } = written.alarms;
  const edge = {
    ...written.edge,
    drain: written.edge.drain ?? Math.max(DEFAULT_DRAIN_SECONDS, failoverSeconds(written)),
  };
  const regions = Object.keys(written.regions)
    .filter(isRegionName)
    .map((name): Region => ({ name, proxies: ingress === 'direct' ? [] : proxiesOf(written, name) }));
  return deepFreeze({
    service,
    domain,
    hostedZoneId,
    ...(account === undefined ? {} : { account }),
    home,
    ingress,
    dns,
    healthCheck,
    edge,
    delivery,
    functions: { ...functions, ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }) },
    origin,
    alarms: topicArn === undefined ? {} : { topicArn },
    regions,
  });
}

function proxiesOf(written: CompleteTopology, name: RegionName): readonly ProxyInstance[] {
  const region = written.regions[name];
  const regionEngine = region?.engine ?? written.edge.engine;
  return engines(region?.proxies ?? 1, regionEngine).map((engine, index) => ({
    region: name,
    number: index + 1,
    engine,
    hostname: proxyHostname(written, name, index + 1),
  }));
}

function engines(
  proxies: number | readonly { readonly engine?: Engine | undefined }[],
  regionEngine: Engine,
): readonly Engine[] {
  return typeof proxies === 'number'
    ? Array.from({ length: proxies }, () => regionEngine)
    : proxies.map(({ engine }) => engine ?? regionEngine);
}

/**
 * The same topology under names that reach the machine at hand without anything set up (RFC 6761, section 6.3), as
 * the local world serves it.
 */
export const onLocalhost = (topology: Topology): Topology =>
  moveDomain(topology, `${topology.domain}.localhost`);

/** The same topology under another domain. */
export function moveDomain(topology: Topology, domain: string): Topology {
  const naming = { service: topology.service, domain };
  const regions = topology.regions.map((region) => ({
    ...region,
    proxies: region.proxies.map((proxy) => ({
      ...proxy,
      hostname: proxyHostname(naming, proxy.region, proxy.number),
    })),
  }));
  return deepFreeze({ ...topology, domain, regions });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
