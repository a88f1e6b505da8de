import { type Answer, type RoutingZone, zoneFromPlan } from '@isochrone/routing';
import { dnsPlan, type RegionName, type Topology } from '@isochrone/topology';

/** The hosted zone of a topology, and the addresses that stand for its targets on this machine. */
export interface LocalZone {
  readonly routing: RoutingZone;
  /** Undefined where nobody listens: gateways and proxies have IPv4 addresses alone. */
  readonly addressOf: (answer: Answer) => string | undefined;
}

export interface Addresses {
  readonly proxyRecord: (instance: Topology['regions'][number]['proxies'][number]) => string;
  /** Null where the names of a region's API lead nowhere. */
  readonly apiRecord: (region: RegionName) => string | null;
}

export function localZone(topology: Topology, { proxyRecord, apiRecord }: Addresses): LocalZone {
  const plan = dnsPlan(topology);
  const named = plan.records.filter(
    ({ target }) => target.kind !== 'alias-api' || apiRecord(target.region) !== null,
  );
  const proxies = new Map(
    topology.regions
      .flatMap((region) => region.proxies)
      .map((instance) => [instance.hostname, proxyRecord(instance)]),
  );
  return {
    routing: zoneFromPlan({ ...plan, records: named }, topology.domain),
    addressOf: ({ type, data }) => {
      if (type !== 'A') return undefined;
      if (data.kind === 'elastic-ip') return proxies.get(data.instance);
      return data.kind === 'api' ? (apiRecord(data.region) ?? undefined) : undefined;
    },
  };
}
