import { apiHostname, proxyGroupHostname, publicHostname, stagingApiHostname } from './hostnames.ts';
import type { DnsPlan, HealthCheck, RecordSet } from './records.ts';
import type { RegionName } from './regions.ts';
import type { ProxyInstance, Region, Topology } from './topology.ts';

/** Every record set and health check that a topology asks of its hosted zone. */
export function dnsPlan(topology: Topology): DnsPlan {
  const perRegion = topology.regions.map((region) =>
    topology.ingress === 'proxy' ? proxyIngress(topology, region) : directIngress(topology, region),
  );
  return {
    records: perRegion.flatMap(({ records }) => records).sort(byIdentity),
    healthChecks: perRegion.flatMap(({ healthChecks }) => healthChecks).sort((a, b) => compare(a.id, b.id)),
  };
}

function proxyIngress(topology: Topology, { name, proxies }: Region): DnsPlan {
  const branch = topology.dns.chain === 'alias' ? aliasBranch : cnameBranch;
  const chain = branch(topology, name, proxies);
  return {
    records: [
      ...chain.records,
      ...proxies.map((proxy) => instanceRecord(topology, proxy)),
      ...apiRecords(topology, name),
    ],
    healthChecks: [...chain.healthChecks, ...proxies.map((proxy) => proxyCheck(topology, proxy))],
  };
}

/** One look-up answers, and Route 53 backs out of a branch whose proxies are all unhealthy. */
function aliasBranch(topology: Topology, region: RegionName, proxies: readonly ProxyInstance[]): DnsPlan {
  const group = proxyGroupHostname(topology, region);
  return {
    records: [
      {
        name: publicHostname(topology),
        type: 'A',
        routing: latency(region),
        target: { kind: 'alias-record', name: group, evaluateTargetHealth: true },
        owner: region,
      },
      ...proxies.map(
        (proxy): RecordSet => ({
          name: group,
          type: 'A',
          routing: weighted(proxy),
          target: { kind: 'elastic-ip', instance: proxy.hostname },
          ttl: topology.dns.ttl,
          healthCheck: proxyCheckId(proxy),
          owner: region,
        }),
      ),
    ],
    healthChecks: [],
  };
}

/** A latency CNAME has no target health, so a calculated check stands for its branch. */
function cnameBranch(topology: Topology, region: RegionName, proxies: readonly ProxyInstance[]): DnsPlan {
  const group = proxyGroupHostname(topology, region);
  const branchCheck: HealthCheck = {
    kind: 'calculated',
    id: firstLabel(group),
    owner: region,
    children: proxies.map(proxyCheckId),
    healthThreshold: 1,
  };
  return {
    records: [
      {
        name: publicHostname(topology),
        type: 'CNAME',
        routing: latency(region),
        target: { kind: 'cname', name: group },
        ttl: topology.dns.ttl,
        healthCheck: branchCheck.id,
        owner: region,
      },
      ...proxies.map(
        (proxy): RecordSet => ({
          name: group,
          type: 'CNAME',
          routing: weighted(proxy),
          target: { kind: 'cname', name: proxy.hostname },
          ttl: topology.dns.ttl,
          healthCheck: proxyCheckId(proxy),
          owner: region,
        }),
      ),
    ],
    healthChecks: [branchCheck],
  };
}

function instanceRecord(topology: Topology, proxy: ProxyInstance): RecordSet {
  return {
    name: proxy.hostname,
    type: 'A',
    routing: { policy: 'simple' },
    target: { kind: 'elastic-ip', instance: proxy.hostname },
    ttl: topology.dns.ttl,
    owner: proxy.region,
  };
}

/**
 * The public name leads to the APIs themselves. API Gateway reports no target health worth having, so each
 * latency record has a check on its region's own name: a check on the shared name would probe whichever
 * region is nearest to the checker.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
function directIngress(topology: Topology, { name: region }: Region): DnsPlan {
  const ownName = apiHostname(topology, region);
  const check: HealthCheck = { ...httpsCheck(topology, ownName, region) };
  const shared = {
    name: publicHostname(topology),
    routing: latency(region),
    healthCheck: check.id,
    owner: region,
  };
  const latencyRecords: readonly RecordSet[] =
    topology.dns.chain === 'cname'
      ? [{ ...shared, type: 'CNAME', target: { kind: 'cname', name: ownName }, ttl: topology.dns.ttl }]
      : (['A', 'AAAA'] as const).map((type) => ({
          ...shared,
          type,
          target: apiTarget(region, publicHostname(topology)),
        }));
  return { records: [...latencyRecords, ...apiRecords(topology, region)], healthChecks: [check] };
}

function apiRecords(topology: Topology, region: RegionName): readonly RecordSet[] {
  return [apiHostname(topology, region), stagingApiHostname(topology, region)].flatMap((name) =>
    (['A', 'AAAA'] as const).map(
      (type): RecordSet => ({
        name,
        type,
        routing: { policy: 'simple' },
        target: apiTarget(region, name),
        owner: region,
      }),
    ),
  );
}

const apiTarget = (region: RegionName, customDomain: string) =>
  ({ kind: 'alias-api', region, customDomain, evaluateTargetHealth: false }) as const;

const latency = (region: RegionName) => ({ policy: 'latency', setIdentifier: region, region }) as const;

const weighted = ({ region, number }: ProxyInstance) =>
  ({ policy: 'weighted', setIdentifier: `${region}-proxy${number}`, weight: 1 }) as const;

const firstLabel = (hostname: string): string => hostname.split('.', 1)[0] ?? hostname;

const proxyCheckId = (proxy: ProxyInstance): string => firstLabel(proxy.hostname);

const proxyCheck = (topology: Topology, proxy: ProxyInstance): HealthCheck =>
  httpsCheck(topology, proxy.hostname, proxy.region);

function httpsCheck(topology: Topology, hostname: string, owner: RegionName): HealthCheck {
  return {
    kind: 'https',
    id: firstLabel(hostname),
    owner,
    hostname,
    port: 443,
    path: '/healthz',
    interval: topology.healthCheck.interval,
    failureThreshold: topology.healthCheck.failureThreshold,
  };
}

const identity = ({ name, type, routing }: RecordSet): string =>
  `${name} ${type} ${routing.policy === 'simple' ? '' : routing.setIdentifier}`;

const byIdentity = (a: RecordSet, b: RecordSet): number => compare(identity(a), identity(b));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
