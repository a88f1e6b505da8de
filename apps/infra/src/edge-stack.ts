import { instanceName } from '@isochrone/config-gen';
import type { DnsPlan, Region, Topology } from '@isochrone/topology';
import { CfnParameter, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { EdgeAlarms } from './constructs/edge-alarms.ts';
import { EdgeInstance } from './constructs/edge-instance.ts';
import { EdgeNetwork } from './constructs/edge-network.ts';
import { ZoneRecords } from './constructs/zone-records.ts';
import { edgeRelease } from './edge-release.ts';
import { edgeLogGroupName, pascal } from './names.ts';
import { required } from './required.ts';

export interface EdgeStackProps extends StackProps {
  readonly topology: Topology;
  readonly region: Region;
  /** The edge proxy's bundle: one file. */
  readonly edgeProxyBundle: Uint8Array;
  /** The records and checks that lead to this region's proxies. */
  readonly dns: DnsPlan;
}

/** One region's edge proxies, and the names that lead to them. */
export class EdgeStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { topology, region, edgeProxyBundle, dns, ...props }: EdgeStackProps,
  ) {
    super(scope, id, props);
    const image = new CfnParameter(this, 'ImageId', {
      type: 'AWS::EC2::Image::Id',
      description: `A Debian 12 image in ${region.name}, for the processor of ${topology.edge.instanceType}. Pinned: it stays until another is passed.`,
    });
    new LogGroup(this, 'Log', {
      logGroupName: edgeLogGroupName(topology),
      retention: topology.functions.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const network = new EdgeNetwork(this, 'Network');
    const instances = new Map(
      region.proxies.map((instance) => {
        const name = pascal(instanceName(instance));
        new EdgeAlarms(this, `${name}Alarms`, topology, instance);
        const made = new EdgeInstance(this, name, {
          topology,
          instance,
          network,
          release: edgeRelease(topology, instance, edgeProxyBundle),
          imageId: image.valueAsString,
        });
        return [instance.hostname, made] as const;
      }),
    );
    new ZoneRecords(this, 'Dns', {
      hostedZoneId: topology.hostedZoneId,
      records: dns.records,
      healthChecks: dns.healthChecks,
      elasticIp: (hostname) => {
        const { address, group } = required(instances.get(hostname), hostname);
        return { address, ready: [group] };
      },
    });
  }
}
