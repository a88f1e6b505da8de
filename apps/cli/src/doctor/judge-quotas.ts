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
  if (needed <= limit && used < limit) return [];
  return [
    {
      level: needed > limit ? 'error' : 'warning',
      id: 'quota-health-checks',
      subject: 'route53',
      message: `${used} of ${limit} health checks are taken, and the topology has ${needed}`,
      cause: 'the account is at its quota of health checks, in all services together',
      remedy: RAISE,
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
    ...(concurrency.ok && concurrency.value.limit < reservedConcurrency + UNRESERVED
      ? [
          {
            level: reservedConcurrency > 0 ? ('error' as const) : ('warning' as const),
            id: 'quota-concurrency' as const,
            subject: region,
            message: `all functions of the account may run ${concurrency.value.limit} times at once, expected at least ${reservedConcurrency + UNRESERVED}`,
            cause:
              reservedConcurrency > 0
                ? `functions.reservedConcurrency takes ${reservedConcurrency}, and Lambda refuses to leave fewer than ${UNRESERVED} for all others`
                : 'a new account begins with ten; what comes beyond them is throttled',
            remedy: RAISE,
          },
        ]
      : []),
  ];
}
