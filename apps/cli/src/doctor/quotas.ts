import {
  DescribeAccountAttributesCommand,
  DescribeAddressesCommand,
  DescribeRegionsCommand,
  EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetAccountLimitCommand, Route53Client } from '@aws-sdk/client-route-53';
import { instanceName } from '@isochrone/config-gen';
import type { RegionName, Topology } from '@isochrone/topology';

/** What an account may have, as AWS tells it; what it does not tell, with the reason. */
export interface QuotasSeen {
  readonly healthChecks: Told<{ readonly limit: number; readonly used: number }>;
  readonly regions: readonly RegionQuotas[];
}

export interface RegionQuotas {
  readonly region: RegionName;
  /** Regions that opened since 2019 have to be enabled for an account. */
  readonly enabled: Told<boolean>;
  /** `others`: those that are no proxy's of the topology. */
  readonly elasticIps: Told<{ readonly limit: number; readonly others: number }>;
  /** Concurrent executions of all functions together, and what no function has reserved of them. */
  readonly concurrency: Told<{ readonly limit: number; readonly unreserved: number }>;
}

export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** Reads the quotas of the account whose credentials the environment has. */
export async function readQuotas(topology: Topology): Promise<QuotasSeen> {
  const [healthChecks, optIns] = await Promise.all([
    told(() => healthCheckLimit()),
    told(() => optInStatus()),
  ]);
  const regions = await Promise.all(
    topology.regions.map(async ({ name: region, proxies }): Promise<RegionQuotas> => {
      const enabled: Told<boolean> = optIns.ok
        ? { ok: true, value: optIns.value.get(region) !== 'not-opted-in' }
        : optIns;
      if (enabled.ok && !enabled.value) {
        const disabled = { ok: false, why: 'the region is not enabled' } as const;
        return { region, enabled, elasticIps: disabled, concurrency: disabled };
      }
      const own = new Set(proxies.map(instanceName));
      const [elasticIps, concurrency] = await Promise.all([
        told(() => elasticIpLimit(region, own)),
        told(() => concurrencyLimit(region)),
      ]);
      return { region, enabled, elasticIps, concurrency };
    }),
  );
  return { healthChecks, regions };
}

/** Route 53 has one endpoint, in us-east-1. */
async function healthCheckLimit() {
  const client = new Route53Client({ region: 'us-east-1' });
  const { Limit, Count } = await client.send(
    new GetAccountLimitCommand({ Type: 'MAX_HEALTH_CHECKS_BY_OWNER' }),
  );
  return { limit: known(Limit?.Value), used: known(Count) };
}

/** Any enabled region tells of all; us-east-1 always is. */
async function optInStatus(): Promise<ReadonlyMap<string, string>> {
  const { Regions = [] } = await new EC2Client({ region: 'us-east-1' }).send(
    new DescribeRegionsCommand({ AllRegions: true }),
  );
  return new Map(Regions.map(({ RegionName: name = '', OptInStatus = '' }) => [name, OptInStatus]));
}

async function elasticIpLimit(region: RegionName, own: ReadonlySet<string>) {
  const client = new EC2Client({ region });
  const attribute = 'vpc-max-elastic-ips';
  const [{ AccountAttributes = [] }, { Addresses = [] }] = await Promise.all([
    // EC2 knows the name; the SDK's list of names is older than it.
    client.send(new DescribeAccountAttributesCommand({})),
    client.send(new DescribeAddressesCommand({})),
  ]);
  const found = AccountAttributes.find(({ AttributeName }) => AttributeName === attribute);
  const isOwn = (tags: readonly Tag[] = []): boolean =>
    tags.some(({ Key, Value = '' }) => Key === 'Name' && own.has(Value));
  return {
    limit: known(Number(found?.AttributeValues?.[0]?.AttributeValue)),
    others: Addresses.filter(({ Tags }) => !isOwn(Tags)).length,
  };
}

async function concurrencyLimit(region: RegionName) {
  const { AccountLimit } = await new LambdaClient({ region }).send(new GetAccountSettingsCommand({}));
  return {
    limit: known(AccountLimit?.ConcurrentExecutions),
    unreserved: known(AccountLimit?.UnreservedConcurrentExecutions),
  };
}

function known(value: number | undefined): number {
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new Error('AWS names no limit');
}

async function told<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
