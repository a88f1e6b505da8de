import {
  apiHostname,
  certificateCovers,
  proxyGroupHostname,
  proxyHostname,
  publicHostname,
  stagingApiHostname,
  wildcardHostname,
} from './hostnames.ts';
import { failoverSeconds } from './normalize.ts';
import { type Finding, nearestName, shown } from './problems.ts';
import { isRegionName, type RegionName } from './regions.ts';
import type { PartialTopology } from './schema.ts';

/** Looks at whatever parts of a topology are there and says what cannot work. */
type Rule = (topology: PartialTopology) => readonly Finding[];

/** RFC 1035, section 2.3.4. */
const MAX_LABEL = 63;
const MAX_NAME = 253;
/** ACM: the first domain name of a certificate has at most 64 characters. */
const MAX_CERTIFICATE_NAME = 64;
/** Route 53: a record that a health check watches must not outlive the failover by being cached. */
const MAX_HEALTH_CHECKED_TTL = 60;
/** Route 53 quotas: record sets of one name and type, and health checks of one account. */
const MAX_RECORDS_PER_NAME = 100;
const MAX_HEALTH_CHECKS = 200;

const regionsOf = (topology: PartialTopology): readonly RegionName[] =>
  Object.keys(topology.regions ?? {}).filter(isRegionName);

const proxyCount = (topology: PartialTopology, region: RegionName): number => {
  const proxies = topology.regions?.[region]?.proxies ?? 1;
  return typeof proxies === 'number' ? proxies : proxies.length;
};

const homeIsARegion: Rule = (topology) => {
  const { home } = topology;
  const regions = regionsOf(topology);
  if (home === undefined || regions.length === 0 || regions.includes(home)) return [];
  const suggestion = nearestName(home, regions);
  return [
    {
      code: 'TOPOLOGY_HOME_NOT_A_REGION',
      path: ['home'],
      at: 'value',
      message: `home ${shown(home)} is not one of the regions`,
      hint: `add ${home}: {} to regions, or set home to one of ${regions.join(', ')}`,
      found: home,
      expected: `one of ${regions.join(', ')}`,
      ...(suggestion ? { suggestion } : {}),
    },
  ];
};

const namesStayUnderTheWildcard: Rule = ({ service, domain = 'example.com' }) => {
  if (
    service === undefined ||
    certificateCovers(wildcardHostname({ domain }), publicHostname({ service, domain }))
  ) {
    return [];
  }
  return [
    {
      code: 'TOPOLOGY_OUTSIDE_WILDCARD',
      path: ['service'],
      at: 'value',
      message: `service ${shown(service)} has a dot, so the certificate of ${wildcardHostname({ domain })} does not cover it`,
      hint: `write one label, such as ${service.replaceAll('.', '-')}`,
      found: service,
      expected: 'one DNS label',
      suggestion: service.replaceAll('.', '-'),
    },
  ];
};

const namesFitDns: Rule = (topology) => {
  const { service, domain } = topology;
  if (service === undefined) return [];
  const naming = { service, domain: domain ?? 'example.com' };
  const names = regionsOf(topology).flatMap((region) => [
    apiHostname(naming, region),
    stagingApiHostname(naming, region),
    proxyGroupHostname(naming, region),
    proxyHostname(naming, region, proxyCount(topology, region)),
  ]);
  const longest = [publicHostname(naming), ...names].reduce((a, b) => (b.length > a.length ? b : a));
  const label = longest.split('.', 1)[0] ?? '';
  if (label.length > MAX_LABEL) {
    const room = MAX_LABEL - (label.length - service.length);
    return [
      {
        code: 'TOPOLOGY_NAME_TOO_LONG',
        path: ['service'],
        at: 'value',
        message: `the label ${shown(label)} would have ${label.length} characters, a DNS label has at most ${MAX_LABEL}`,
        hint: `shorten service to ${room} characters`,
        found: service,
        expected: `at most ${room} characters`,
      },
    ];
  }
  if (domain !== undefined && longest.length > MAX_NAME) {
    return [
      {
        code: 'TOPOLOGY_NAME_TOO_LONG',
        path: ['domain'],
        at: 'value',
        message: `the name of ${longest.length} characters that starts with ${label} is too long, a DNS name has at most ${MAX_NAME}`,
        hint: 'use a shorter domain',
        found: domain,
        expected: `names of at most ${MAX_NAME} characters`,
      },
    ];
  }
  return [];
};

const certificateNameFitsAcm: Rule = ({ domain }) => {
  if (domain === undefined || wildcardHostname({ domain }).length <= MAX_CERTIFICATE_NAME) return [];
  return [
    {
      code: 'TOPOLOGY_NAME_TOO_LONG',
      path: ['domain'],
      at: 'value',
      message: `the certificate name ${wildcardHostname({ domain })} has more than ${MAX_CERTIFICATE_NAME} characters, which ACM refuses`,
      hint: `use a domain of at most ${MAX_CERTIFICATE_NAME - 2} characters`,
      found: domain,
      expected: `at most ${MAX_CERTIFICATE_NAME - 2} characters`,
    },
  ];
};

const ttlLetsFailoverThrough: Rule = ({ dns }) => {
  if (dns === undefined || dns.ttl <= MAX_HEALTH_CHECKED_TTL) return [];
  return [
    {
      code: 'TOPOLOGY_TTL_TOO_LONG',
      path: ['dns', 'ttl'],
      at: 'value',
      message: `dns.ttl is ${dns.ttl} s; health-checked records take at most ${MAX_HEALTH_CHECKED_TTL} s, or resolvers keep a dead address`,
      hint: `write ttl: ${MAX_HEALTH_CHECKED_TTL} or less`,
      found: String(dns.ttl),
      expected: `at most ${MAX_HEALTH_CHECKED_TTL}`,
    },
  ];
};

const drainOutlastsFailover: Rule = ({ edge, healthCheck, dns }) => {
  if (edge?.drain === undefined || healthCheck === undefined || dns === undefined) return [];
  const needed = failoverSeconds({ healthCheck, dns });
  if (edge.drain >= needed) return [];
  return [
    {
      code: 'TOPOLOGY_DRAIN_TOO_SHORT',
      path: ['edge', 'drain'],
      at: 'value',
      message: `edge.drain is ${edge.drain} s, but visitors keep coming for ${needed} s (detection ${needed - dns.ttl} s and TTL ${dns.ttl} s)`,
      hint: `write drain: ${needed} or more, or leave it out`,
      found: String(edge.drain),
      expected: `at least ${needed}`,
    },
  ];
};

const groupsFitRoute53: Rule = (topology) =>
  regionsOf(topology)
    .filter((region) => proxyCount(topology, region) > MAX_RECORDS_PER_NAME)
    .map((region) => ({
      code: 'TOPOLOGY_RECORD_LIMIT',
      path: ['regions', region, 'proxies'],
      at: 'value',
      message: `${region} has ${proxyCount(topology, region)} proxies, Route 53 holds at most ${MAX_RECORDS_PER_NAME} records of one name and type`,
      hint: `use ${MAX_RECORDS_PER_NAME} proxies or fewer, of a larger size`,
      found: String(proxyCount(topology, region)),
      expected: `at most ${MAX_RECORDS_PER_NAME}`,
    }));

const healthChecksFitRoute53: Rule = (topology) => {
  if (topology.ingress === 'direct') return [];
  const regions = regionsOf(topology);
  const proxies = regions.reduce((sum, region) => sum + proxyCount(topology, region), 0);
  const calculated = topology.dns?.chain === 'cname' ? regions.length : 0;
  const checks = proxies + calculated;
  if (checks <= MAX_HEALTH_CHECKS) return [];
  return [
    {
      code: 'TOPOLOGY_HEALTH_CHECK_LIMIT',
      path: ['regions'],
      at: 'key',
      message: `${proxies} proxies need ${checks} health checks, an account has at most ${MAX_HEALTH_CHECKS}`,
      hint: 'use fewer, larger proxies',
      found: String(checks),
      expected: `at most ${MAX_HEALTH_CHECKS}`,
    },
  ];
};

const rules: readonly Rule[] = [
  homeIsARegion,
  namesStayUnderTheWildcard,
  namesFitDns,
  certificateNameFitsAcm,
  ttlLetsFailoverThrough,
  drainOutlastsFailover,
  groupsFitRoute53,
  healthChecksFitRoute53,
];

/** What the rules have against the parts of a topology that are there. */
export function ruleFindings(topology: PartialTopology): readonly Finding[] {
  return rules.flatMap((rule) => rule(topology));
}
