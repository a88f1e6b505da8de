import { dnsPlan, type RecordSet, type RecordTarget, type Topology } from '@isochrone/topology';
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Resource, resourcesOf, stackOf, stacksOf, topologyWith } from './support/stacks.ts';

const regions = { 'us-east-1': { proxies: 2 }, 'eu-west-1': {} };

/** Name, type and identity of a record set, what it weighs, and what kind of thing it leads to. */
const planned = ({ name, type, routing, ttl, target }: RecordSet): string =>
  line(name, type, routing.policy === 'simple' ? '' : routing.setIdentifier, ttl ?? 'alias', kindOf(target));

const kindOf = (target: RecordTarget): string => (target.kind === 'cname' ? target.name : target.kind);

function written({ Properties }: Resource): string {
  const { Name, Type, SetIdentifier = '', TTL = 'alias' } = Properties;
  return line(Name, Type, SetIdentifier, TTL, leadsTo(Properties));
}

function leadsTo({ AliasTarget: alias, ResourceRecords: values, Type }: Resource['Properties']): string {
  const target =
    typeof alias === 'object' && alias !== null && 'DNSName' in alias ? alias.DNSName : undefined;
  if (target !== undefined) return typeof target === 'string' ? 'alias-record' : 'alias-api';
  return Type === 'CNAME' ? String(values) : 'elastic-ip';
}

const line = (...cells: readonly unknown[]): string => cells.join(' ');

const recordsOf = (template: Template): readonly Resource[] => [
  ...resourcesOf(template, 'AWS::Route53::RecordSet').values(),
];

const topologies: readonly (readonly [string, Topology])[] = [
  ['a tree of aliases', topologyWith({ regions })],
  ['a chain of names', topologyWith({ regions, dns: { chain: 'cname' } })],
  ['direct ingress', topologyWith({ regions, ingress: 'direct' })],
  ['direct ingress by names', topologyWith({ regions, ingress: 'direct', dns: { chain: 'cname' } })],
];

describe.each(topologies)('the records of %s', (_name, topology) => {
  it('are those of the plan, each written by one stack', () => {
    const all = [...stacksOf(topology).values()].flatMap(recordsOf);
    expect(all.map(written).toSorted()).toEqual(dnsPlan(topology).records.map(planned).toSorted());
  });

  it('are written by the region that owns them', () => {
    for (const [id, template] of stacksOf(topology)) {
      for (const { Properties } of recordsOf(template)) {
        const owner = dnsPlan(topology).records.find(
          ({ name, type, routing }) =>
            name === Properties['Name'] &&
            type === Properties['Type'] &&
            (routing.policy === 'simple' ? undefined : routing.setIdentifier) === Properties['SetIdentifier'],
        )?.owner;
        expect(id).toMatch(new RegExp(`^(Tour|Edge)-${owner}$`));
      }
    }
  });

  it('have the health checks of the plan', () => {
    const checks = [...stacksOf(topology).values()].flatMap((template) =>
      [...resourcesOf(template, 'AWS::Route53::HealthCheck').values()].map(({ Properties }) => Properties),
    );
    expect(checks.map(({ HealthCheckTags }) => HealthCheckTags)).toEqual(
      expect.arrayContaining(
        dnsPlan(topology).healthChecks.map(({ id }) => expect.arrayContaining([{ Key: 'Name', Value: id }])),
      ),
    );
    expect(checks).toHaveLength(dnsPlan(topology).healthChecks.length);
  });
});

describe('the order of records', () => {
  const tree = () =>
    resourcesOf(stackOf(topologyWith({ regions }), 'Edge-us-east-1'), 'AWS::Route53::RecordSet');

  it('puts an alias after every record of its target: Route 53 refuses one that leads nowhere', () => {
    const records = tree();
    const group = [...records]
      .filter(([, { Properties }]) => Properties['Weight'] !== undefined)
      .map(([id]) => id);
    const [alias] = [...records.values()].filter(({ Properties }) => Properties['Region'] !== undefined);
    expect(group).toHaveLength(2);
    expect(alias?.DependsOn.toSorted()).toEqual(group.toSorted());
  });

  it('puts a proxy into its group once its machine has answered: a new check counts as healthy', () => {
    const template = stackOf(topologyWith({ regions }), 'Edge-us-east-1');
    const groups = [...resourcesOf(template, 'AWS::AutoScaling::AutoScalingGroup').keys()];
    const weighted = [...tree().values()].filter(({ Properties }) => Properties['Weight'] !== undefined);
    expect(weighted.map(({ DependsOn }) => DependsOn)).toEqual(groups.map((id) => [id]));
    for (const { Properties } of weighted)
      expect(Properties['HealthCheckId']).toEqual({ 'Fn::GetAtt': [expect.any(String), 'HealthCheckId'] });
  });

  it('leads to an API once its name is mapped', () => {
    const template = stackOf(topologyWith({ regions, ingress: 'direct' }), 'Tour-us-east-1');
    const mappings = [...resourcesOf(template, 'AWS::ApiGatewayV2::ApiMapping').keys()];
    for (const { DependsOn } of recordsOf(template)) expect(mappings).toContain(DependsOn[0]);
  });
});

describe('an https check', () => {
  it("asks a region's own name, by server name and Host", () => {
    const template = stackOf(topologyWith({ regions, ingress: 'direct' }), 'Tour-us-east-1');
    template.hasResourceProperties('AWS::Route53::HealthCheck', {
      HealthCheckConfig: {
        Type: 'HTTPS',
        FullyQualifiedDomainName: 'us-east-1-fast.example.com',
        Port: 443,
        ResourcePath: '/healthz',
        EnableSNI: true,
        RequestInterval: 10,
        FailureThreshold: 3,
        MeasureLatency: false,
      },
    });
  });
});

describe('Watch', () => {
  it('alarms on each health check whose id it was told', () => {
    const watch = stackOf(topologyWith({ regions }), 'Watch');
    watch.resourceCountIs('AWS::CloudWatch::Alarm', 3);
    watch.allResourcesProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Route53',
      MetricName: 'HealthCheckStatus',
    });
    watch.hasParameter('HealthCheckProxy1EuWest1Fast', { Type: 'String', Default: 'unknown' });
  });
});
