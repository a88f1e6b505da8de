import {
  type HealthCheck as AwsHealthCheck,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsCommandOutput,
  paginateListHealthChecks,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { dnsPlan, type HealthCheck, type Topology } from '@isochrone/topology';
import type { Clients } from './clients.ts';

export interface ReadZone {
  readonly recordSets: readonly ResourceRecordSet[];
  readonly healthChecks: readonly AwsHealthCheck[];
}

/** A hosted zone of the domain; its id is Route 53's choice. */
export async function createZone({ route53 }: Clients, domain: string): Promise<string> {
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: domain, CallerReference: domain }),
  );
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
}

/** What stands in the zone: all pages of it. */
export async function readZone({ route53 }: Clients, zoneId: string): Promise<ReadZone> {
  const recordSets: ResourceRecordSet[] = [];
  let page: ListResourceRecordSetsCommandOutput | undefined;
  do {
    page = await route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        StartRecordName: page?.NextRecordName,
        StartRecordType: page?.NextRecordType,
        StartRecordIdentifier: page?.NextRecordIdentifier,
      }),
    );
    recordSets.push(...(page.ResourceRecordSets ?? []));
  } while (page.IsTruncated);
  const healthChecks: AwsHealthCheck[] = [];
  for await (const each of paginateListHealthChecks({ client: route53 }, {}))
    healthChecks.push(...(each.HealthChecks ?? []));
  return { recordSets, healthChecks };
}

/**
 * Which planned check each of Route 53's is, told by what it does: what it probes, or whom it sums up.
 *
 * @throws {Error} where a check is not as planned, or one is missing
 */
export function planIds(
  topology: Topology,
  healthChecks: readonly AwsHealthCheck[],
): ReadonlyMap<string, string> {
  const planned = dnsPlan(topology).healthChecks;
  const ids = new Map<string, string>();
  for (const check of planned.toSorted(
    (a, b) => Number(a.kind === 'calculated') - Number(b.kind === 'calculated'),
  )) {
    const found = healthChecks.filter((each) => isAsPlanned(each, check, ids));
    const [only] = found;
    if (only?.Id === undefined || found.length > 1)
      throw new Error(`${found.length} health checks are as ${check.id} is planned`);
    ids.set(only.Id, check.id);
  }
  if (healthChecks.length !== planned.length)
    throw new Error(`${healthChecks.length} health checks stand there, ${planned.length} are planned`);
  return ids;
}

function isAsPlanned(
  { HealthCheckConfig: config }: AwsHealthCheck,
  check: HealthCheck,
  ids: ReadonlyMap<string, string>,
): boolean {
  if (check.kind === 'calculated') {
    const children = (config?.ChildHealthChecks ?? []).map((id) => ids.get(id) ?? id);
    return (
      config?.Type === 'CALCULATED' &&
      config.HealthThreshold === check.healthThreshold &&
      children.toSorted().join() === check.children.toSorted().join()
    );
  }
  return (
    config?.Type === 'HTTPS' &&
    config.FullyQualifiedDomainName === check.hostname &&
    config.Port === check.port &&
    config.ResourcePath === check.path &&
    config.RequestInterval === check.interval &&
    config.FailureThreshold === check.failureThreshold
  );
}
