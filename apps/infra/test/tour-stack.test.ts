import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resourcesOf, stackOf, topologyWith } from './support/stacks.ts';

const regions = { 'us-east-1': {}, 'eu-west-1': {} };
const tour = (parts = {}) => stackOf(topologyWith({ regions, ...parts }), 'Tour-eu-west-1');

describe('the functions of a region', () => {
  it('run on Node 24 and arm64, with the table that Data has', () => {
    const template = tour();
    template.resourceCountIs('AWS::Lambda::Function', 2);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Environment: { Variables: { TABLE_NAME: 'isochrone-fast' } },
    });
  });

  it("let delivery read what is public in the region's own replica, and write nothing but counters", () => {
    const table = 'arn:aws:dynamodb:eu-west-1:111111111111:table/isochrone-fast';
    expect(tableStatementsOf(tour(), 'DeliveryRole')).toEqual([
      { resources: [table], actions: ['dynamodb:GetItem'], keys: ['PUB#*', 'PREVIEW#*', 'HEALTH'] },
      { resources: [table], actions: ['dynamodb:UpdateItem'], keys: ['COUNT#*'] },
    ]);
  });

  it('let publishing read and write the table in every region, where accounts are at home', () => {
    expect(tableStatementsOf(tour(), 'PublishingRole')).toEqual([
      {
        resources: Object.keys(regions).map(
          (region) => `arn:aws:dynamodb:${region}:111111111111:table/isochrone-fast`,
        ),
        actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
      },
    ]);
  });

  it('point their aliases at versions that are parameters, so that an update moves no traffic', () => {
    const template = tour();
    const aliases = [...resourcesOf(template, 'AWS::Lambda::Alias').values()].map(({ Properties }) => [
      Properties['Name'],
      Properties['FunctionVersion'],
    ]);
    expect(aliases).toEqual([
      ['live', { Ref: 'DeliveryLiveVersion' }],
      ['staging', { Ref: 'DeliveryStagingVersion' }],
      ['live', { Ref: 'PublishingLiveVersion' }],
      ['staging', { Ref: 'PublishingStagingVersion' }],
    ]);
    template.hasParameter('DeliveryLiveVersion', { Type: 'String', Default: '1' });
  });

  it('keep versions that the template no longer names', () => {
    tour().allResources('AWS::Lambda::Version', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('are traced and have reserved concurrency only when asked', () => {
    tour().allResourcesProperties('AWS::Lambda::Function', {
      TracingConfig: Match.absent(),
      ReservedConcurrentExecutions: Match.absent(),
    });
    const asked = tour({ functions: { tracing: true, reservedConcurrency: 7 } });
    asked.allResourcesProperties('AWS::Lambda::Function', { TracingConfig: { Mode: 'Active' } });
    asked.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'fast-delivery',
      ReservedConcurrentExecutions: 7,
    });
  });

  it('keep logs for as long as the topology says', () => {
    tour({ functions: { logDays: 7 } }).allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });
});

describe('the API of a region', () => {
  it('is reachable by its custom domains alone', () => {
    const template = tour();
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      DisableExecuteApiEndpoint: true,
      ProtocolType: 'HTTP',
    });
    expect(mappingsOf(template)).toEqual({
      'eu-west-1-fast.example.com': 'live',
      'staging-eu-west-1-fast.example.com': 'staging',
    });
  });

  it('answers to the public name, too, where ingress is direct', () => {
    expect(mappingsOf(tour({ ingress: 'direct' }))).toMatchObject({ 'fast.example.com': 'live' });
  });

  it('maps whole domains: a mapping key would stand in the path', () => {
    tour().allResourcesProperties('AWS::ApiGatewayV2::ApiMapping', { ApiMappingKey: Match.absent() });
  });

  it('has a free certificate with a P-256 key, validated by DNS, that cannot be exported', () => {
    const template = tour();
    template.resourceCountIs('AWS::CertificateManager::Certificate', 1);
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: '*.example.com',
      KeyAlgorithm: 'EC_prime256v1',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: '*.example.com', HostedZoneId: 'Z1' }],
      CertificateExport: Match.absent(),
    });
  });

  it('sends /v1/ to publishing and the rest to delivery, by the alias that the stage names', () => {
    const template = tour();
    const routes = [...resourcesOf(template, 'AWS::ApiGatewayV2::Route').values()];
    expect(routes.map(({ Properties }) => Properties['RouteKey']).toSorted()).toEqual([
      '$default',
      'ANY /v1/{proxy+}',
    ]);
    for (const stage of ['live', 'staging'])
      template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
        StageName: stage,
        StageVariables: { alias: stage },
      });
    const uris = [...resourcesOf(template, 'AWS::ApiGatewayV2::Integration').values()];
    for (const { Properties } of uris)
      expect(JSON.stringify(Properties['IntegrationUri'])).toContain(':${stageVariables.alias}/invocations');
  });

  it('may invoke each alias from the stage of the same name, and nothing else', () => {
    const permissions = [...resourcesOf(tour(), 'AWS::Lambda::Permission').values()];
    expect(permissions).toHaveLength(4);
    for (const { Properties } of permissions)
      expect(JSON.stringify(Properties['SourceArn'])).toMatch(/\/(live|staging)\/\*/);
  });

  it('limits what it lets through, and logs each request as JSON', () => {
    const template = tour();
    for (const { Properties } of resourcesOf(template, 'AWS::ApiGatewayV2::Stage').values()) {
      expect(Properties['DefaultRouteSettings']).toEqual({
        ThrottlingBurstLimit: expect.any(Number),
        ThrottlingRateLimit: expect.any(Number),
      });
      expect(JSON.stringify(Properties['AccessLogSettings'])).toContain('$context.requestId');
    }
  });
});

describe('the alarms of a region', () => {
  it('watch errors, slowness and throttling', () => {
    const metrics = [...resourcesOf(tour(), 'AWS::CloudWatch::Alarm').values()].map(
      ({ Properties }) =>
        `${Properties['MetricName']} ${Properties['Statistic'] ?? Properties['ExtendedStatistic']}`,
    );
    expect(metrics.toSorted()).toEqual(['5xx Average', 'Latency p99', 'Throttles Sum', 'Throttles Sum']);
  });

  it("tell the topic of the alarm's own region", () => {
    const template = tour({ alarms: { topicArn: 'arn:aws:sns:{region}:222222222222:on-call' } });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: ['arn:aws:sns:eu-west-1:222222222222:on-call'],
      OKActions: ['arn:aws:sns:eu-west-1:222222222222:on-call'],
    });
  });
});

type Template = ReturnType<typeof tour>;

const policySchema = z.object({
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({
        Action: z.union([z.string(), z.array(z.string())]),
        Resource: z.unknown(),
        Condition: z
          .object({ 'ForAllValues:StringLike': z.object({ 'dynamodb:LeadingKeys': z.unknown() }) })
          .optional(),
      }),
    ),
  }),
});

/** What the policies of a role allow on tables. */
function tableStatementsOf(template: Template, role: string): readonly unknown[] {
  const policies = [...resourcesOf(template, 'AWS::IAM::Policy')].filter(([id]) => id.startsWith(role));
  const statements = policies.flatMap(
    ([, { Properties }]) => policySchema.parse(Properties).PolicyDocument.Statement,
  );
  return statements
    .filter(({ Action }) => String(Action).startsWith('dynamodb:'))
    .map(({ Action, Resource, Condition }) => ({
      resources: [Resource].flat(),
      actions: [Action].flat(),
      ...(Condition === undefined
        ? {}
        : { keys: [Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys']].flat() }),
    }));
}

function mappingsOf(template: Template): Readonly<Record<string, unknown>> {
  const domains = resourcesOf(template, 'AWS::ApiGatewayV2::DomainName');
  return Object.fromEntries(
    [...resourcesOf(template, 'AWS::ApiGatewayV2::ApiMapping').values()].map(({ Properties }) => {
      const { Ref } = z.object({ Ref: z.string() }).parse(Properties['DomainName']);
      return [String(domains.get(Ref)?.Properties['DomainName']), Properties['Stage']];
    }),
  );
}
