import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { type Resource, resourcesOf, stackOf, topologyWith } from './support/stacks.ts';

const edge = (parts = {}) =>
  stackOf(topologyWith({ regions: { 'us-east-1': { proxies: 2 } }, ...parts }), 'Edge-us-east-1');
const only = (resources: ReadonlyMap<string, Resource>): Resource => {
  const [first] = resources.values();
  if (first === undefined) throw new Error('there is none');
  return first;
};

describe('the edge of a region', () => {
  it('has one group of one machine and one address for each proxy', () => {
    const template = edge();
    template.resourceCountIs('AWS::EC2::EIP', 2);
    template.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 2);
    template.allResourcesProperties('AWS::AutoScaling::AutoScalingGroup', { MinSize: '1', MaxSize: '1' });
  });

  it('spans two zones, without saying which letters they have', () => {
    const subnets = [...resourcesOf(edge(), 'AWS::EC2::Subnet').values()];
    expect(subnets.map(({ Properties }) => Properties['AvailabilityZone'])).toEqual(
      [0, 1].map((zone) => ({ 'Fn::Select': [zone, { 'Fn::GetAZs': '' }] })),
    );
  });

  it('lets visitors in at 80 and 443 only, and has no SSH key', () => {
    const template = edge();
    const { Properties } = only(resourcesOf(template, 'AWS::EC2::SecurityGroup'));
    expect(Properties['SecurityGroupIngress']).toEqual(
      [443, 80].map((port) => expect.objectContaining({ FromPort: port, ToPort: port, IpProtocol: 'tcp' })),
    );
    template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: Match.objectLike({ KeyName: Match.absent() }),
    });
  });

  it('asks for metadata by token only, and encrypts its disk', () => {
    edge().allResourcesProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: Match.objectLike({
        MetadataOptions: Match.objectLike({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 }),
        BlockDeviceMappings: [Match.objectLike({ Ebs: Match.objectLike({ Encrypted: true }) })],
      }),
    });
  });

  it('takes its image from a parameter that stays until another is passed', () => {
    const template = edge();
    template.hasParameter('ImageId', { Type: 'AWS::EC2::Image::Id', Default: Match.absent() });
    template.allResourcesProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: Match.objectLike({ ImageId: { Ref: 'ImageId' }, InstanceType: 't4g.small' }),
    });
  });

  it('waits for a machine to answer, and never replaces one by itself', () => {
    edge().allResources('AWS::AutoScaling::AutoScalingGroup', {
      CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT28M' } },
      UpdatePolicy: Match.absent(),
    });
  });

  it('gives a leaving machine the time of its drain', () => {
    edge({ edge: { drain: 300 } }).allResourcesProperties('AWS::AutoScaling::AutoScalingGroup', {
      LifecycleHookSpecificationList: [
        Match.objectLike({
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
          HeartbeatTimeout: 360,
        }),
      ],
    });
  });

  it('lets a machine take its own address and no other', () => {
    const template = edge();
    const addresses = [...resourcesOf(template, 'AWS::EC2::EIP').keys()];
    const policies = [...resourcesOf(template, 'AWS::IAM::Policy').values()].map(({ Properties }) =>
      JSON.stringify(Properties),
    );
    expect(policies).toHaveLength(addresses.length);
    for (const [index, policy] of policies.entries())
      expect(addresses.filter((address) => policy.includes(address))).toEqual([addresses[index]]);
  });

  it('names a release only when its role may read it', () => {
    const template = edge();
    for (const { DependsOn, Properties } of resourcesOf(template, 'AWS::SSM::Parameter').values()) {
      expect(Properties['Value']).toMatch(
        /^s3:\/\/cdk-[a-z0-9]+-assets-111111111111-us-east-1\/[0-9a-f]{64}\.txt$/,
      );
      expect(DependsOn).toContainEqual(expect.stringContaining('DefaultPolicy'));
    }
  });

  it('starts a machine only once its release is named', () => {
    const template = edge();
    const parameters = [...resourcesOf(template, 'AWS::SSM::Parameter').keys()];
    const groups = [...resourcesOf(template, 'AWS::AutoScaling::AutoScalingGroup').values()];
    expect(groups.map(({ DependsOn }) => DependsOn.filter((id) => parameters.includes(id)))).toEqual(
      parameters.map((id) => [id]),
    );
  });

  it('has user data that EC2 takes: at most 16 KB', () => {
    for (const engine of ['haproxy', 'fastify'] as const) {
      const templates = resourcesOf(edge({ edge: { engine } }), 'AWS::EC2::LaunchTemplate').values();
      for (const { Properties } of templates) expect(JSON.stringify(Properties).length).toBeLessThan(16_384);
    }
  });

  it('alarms on an impaired machine, a certificate that ends, and CPU credits', () => {
    const metrics = (parts = {}) => [
      ...new Set(
        [...resourcesOf(edge(parts), 'AWS::CloudWatch::Alarm').values()].map(
          ({ Properties }) => Properties['MetricName'],
        ),
      ),
    ];
    expect(metrics()).toEqual(['StatusCheckFailed', 'CertificateDaysLeft', 'CPUCreditBalance']);
    expect(metrics({ edge: { instanceType: 'c7g.medium' } })).toEqual([
      'StatusCheckFailed',
      'CertificateDaysLeft',
    ]);
  });
});
