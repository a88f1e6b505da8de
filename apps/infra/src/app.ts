import {
  type DnsPlan,
  dnsPlan,
  type FunctionJob,
  type RecordSet,
  type RegionName,
  type Topology,
} from '@isochrone/topology';
import { App, type Stack, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DataStack } from './data-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import { InfraError } from './errors.ts';
import { stackIds, stackName } from './names.ts';
import { TourStack } from './tour-stack.ts';
import { WATCH_REGION, WatchStack } from './watch-stack.ts';

/** What was built elsewhere. */
export interface Bundles {
  /** Folders of the functions' bundles, built for this topology. */
  readonly functions: Readonly<Record<FunctionJob, string>>;
  readonly edgeProxy: Uint8Array;
}

/** AWS's advice, as cdk-nag puts it; CloudFormation's own schemas of the resources. */
export const judges = ['cdk-nag', 'schemas'] as const;
export type Judge = (typeof judges)[number];

export interface AppInputs {
  readonly topology: Topology;
  readonly bundles: Bundles;
  /** Where the assembly is written; CDK's choice where absent. */
  readonly outdir?: string;
  /** Who judges the stacks, which takes most of the time. Default: all. */
  readonly judges?: readonly Judge[];
}

/**
 * The stacks of a topology: `Tour-R` for each region, `Edge-R` where it has proxies, `Data` at home, `Watch`.
 * Nothing is looked up, and no stack refers to another: names are derived from the topology.
 *
 * @throws {InfraError} INFRA_ACCOUNT_MISSING
 */
export function buildApp({ topology, bundles, outdir, judges: by = judges }: AppInputs): App {
  const account = accountOf(topology);
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: by.includes('schemas'),
    ...(outdir === undefined ? {} : { outdir }),
    context: {
      'aws:cdk:enable-path-metadata': false,
      '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
      '@aws-cdk/aws-lambda:recognizeVersionProps': true,
      '@aws-cdk/core:enablePartitionLiterals': true,
    },
  });
  const at = (id: string, region: RegionName) => ({
    stackName: stackName(topology, id),
    env: { account, region },
  });
  const data = new DataStack(app, stackIds.data, { ...at(stackIds.data, topology.home), topology });
  const plan = dnsPlan(topology);
  const watched: Stack[] = [];
  for (const region of topology.regions) {
    const { name } = region;
    const tour = stackIds.tour(name);
    const edge = stackIds.edge(name);
    const dns = dnsOf(plan, name);
    const api = new TourStack(app, tour, {
      ...at(tour, name),
      topology,
      region: name,
      bundles: bundles.functions,
      dns: dns.tour,
    });
    api.addStackDependency(data);
    watched.push(api);
    if (region.proxies.length === 0) continue;
    const proxies = new EdgeStack(app, edge, {
      ...at(edge, name),
      topology,
      region,
      edgeProxyBundle: bundles.edgeProxy,
      dns: dns.edge,
    });
    proxies.addStackDependency(api);
    watched.push(proxies);
  }
  const watch = new WatchStack(app, stackIds.watch, { ...at(stackIds.watch, WATCH_REGION), topology });
  for (const stack of watched) watch.addStackDependency(stack);
  Tags.of(app).add('isochrone:service', topology.service);
  if (by.includes('cdk-nag')) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
}

function accountOf({ account }: Topology): string {
  if (account !== undefined) return account;
  throw new InfraError('INFRA_ACCOUNT_MISSING', 'the topology names no AWS account', {
    hint: "add account: '123456789012' with the account that the stacks go to",
  });
}

/** A region's records and checks, by the stack that has what they lead to: its API, or its proxies. */
function dnsOf(
  { records, healthChecks }: DnsPlan,
  region: RegionName,
): { readonly tour: DnsPlan; readonly edge: DnsPlan } {
  const owned = records.filter(({ owner }) => owner === region);
  const checks = healthChecks.filter(({ owner }) => owner === region);
  const hasProxies = owned.some(({ target }) => target.kind === 'elastic-ip');
  const leadsToApi = ({ target }: RecordSet): boolean => !hasProxies || target.kind === 'alias-api';
  return {
    tour: { records: owned.filter(leadsToApi), healthChecks: hasProxies ? [] : checks },
    edge: {
      records: owned.filter((record) => !leadsToApi(record)),
      healthChecks: hasProxies ? checks : [],
    },
  };
}
