import { dnsPlan, type Topology } from '@isochrone/topology';
import type { Finding } from './finding.ts';
import type { QuotasSeen, RegionQuotas } from './quotas.ts';

/** Lambda keeps so many executions for functions without a reservation, and refuses one that would leave fewer. */
const UNRESERVED = 100;

const RAISE = 'ask AWS for more, in Service Quotas; that takes from minutes to days';

/** Where the account has no room for what the topology asks for. */
export function judgeQuotas(topology: Topology, seen: QuotasSeen): readonly Finding[] {
  return [
    ...healthChecks(topology, seen),
    ...seen.regions.flatMap((region) => judgeRegion(topology, region)),
  ];
}

/** What AWS did not tell, and why. */
export const unread = ({ healthChecks: checks, regions }: QuotasSeen): readonly string[] => [
  ...(checks.ok ? [] : [`health checks (${checks.why})`]),
  ...regions.flatMap(({ region, enabled, elasticIps, concurrency }) => [
    ...(enabled.ok ? [] : [`whether ${region} is enabled (${enabled.why})`]),
    ...(enabled.ok && !enabled.value
      ? []
      : [
          ...(elasticIps.ok ? [] : [`Elastic IPs of ${region} (${elasticIps.why})`]),
          ...(concurrency.ok ? [] : [`concurrency of ${region} (${concurrency.why})`]),
        ]),
  ]),
];

function healthChecks(topology: Topology, { healthChecks: told }: QuotasSeen): readonly Finding[] {
  if (!told.ok) return [];
  const { limit, used } = told.value;
  const needed = dnsPlan(topology).healthChecks.length;
  if (used + needed <= limit) return [];
  return [
    {
      level: needed > limit ? 'error' : 'warning',
      id: 'quota-health-checks',
      subject: 'route53',
      message: `${used} of ${limit} health checks are taken, and the topology has ${needed}`,
      cause: 'the quota is for all services of the account together',
      remedy: `where its own ${needed} are not among those: ${RAISE}`,
    },
  ];
}

function judgeRegion(
  topology: Topology,
  { region, enabled, elasticIps, concurrency }: RegionQuotas,
): readonly Finding[] {
  if (enabled.ok && !enabled.value) {
    return [
      {
        level: 'error',
        id: 'region-disabled',
        subject: region,
        message: 'the account has not enabled the region',
        cause: 'regions that opened since 2019 are off until somebody enables them',
        remedy: `aws account enable-region --region-name ${region}, which takes minutes to hours`,
      },
    ];
  }
  const proxies = topology.regions.find(({ name }) => name === region)?.proxies.length ?? 0;
  const { reservedConcurrency = 0 } = topology.functions;
  return [
    ...(elasticIps.ok && elasticIps.value.others + proxies > elasticIps.value.limit
      ? [
          {
            level: 'error' as const,
            id: 'quota-elastic-ips' as const,
            subject: region,
            message: `the account may have ${elasticIps.value.limit} Elastic IPs: others hold ${elasticIps.value.others}, and the topology needs ${proxies}`,
            cause: 'a new account may have five in a region, and each proxy keeps one',
            remedy: `release those that nobody uses, or ${RAISE}`,
          },
        ]
      : []),
    ...(concurrency.ok ? judgeConcurrency(region, reservedConcurrency, concurrency.value) : []),
  ];
}

function judgeConcurrency(
  region: string,
  reserved: number,
  { limit, unreserved }: { readonly limit: number; readonly unreserved: number },
): readonly Finding[] {
  const finding = { id: 'quota-concurrency', subject: region, remedy: RAISE } as const;
  if (limit < reserved + UNRESERVED) {
    return [
      {
        ...finding,
        level: reserved > 0 ? 'error' : 'warning',
        message: `all functions of the account may run ${limit} times at once, expected at least ${reserved + UNRESERVED}`,
        cause:
          reserved > 0
            ? `functions.reservedConcurrency takes ${reserved}, and Lambda refuses to leave fewer than ${UNRESERVED} for all others`
            : 'a new account begins with ten; what comes beyond them is throttled',
      },
    ];
  }
  if (reserved === 0 || unreserved >= reserved + UNRESERVED) return [];
  return [
    {
      ...finding,
      level: 'warning',
      message: `functions have reserved all but ${unreserved} of ${limit} executions, and functions.reservedConcurrency is ${reserved}`,
      cause: `Lambda refuses a reservation that leaves fewer than ${UNRESERVED} for all others`,
      remedy: `where the ${reserved} are not reserved yet: reserve less, or ${RAISE}`,
    },
  ];
}
