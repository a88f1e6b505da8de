import { dnsPlan } from '@isochrone/topology';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  evaluate,
  RoutingError,
  type RoutingZone,
  type ZoneRecord,
  zoneFromPlan,
  zoneFromRoute53,
} from '../src/index.ts';
import { anyPlace, anyProxies, topologyOf } from './support/topologies.ts';
import { ask, dataOf } from './support/zone-of.ts';

const read = (recordSets: unknown, healthChecks?: unknown): RoutingZone =>
  zoneFromRoute53({
    recordSets: JSON.stringify(recordSets),
    ...(healthChecks === undefined ? {} : { healthChecks: JSON.stringify(healthChecks) }),
    domain: 'example.com.',
    file: 'zone.json',
  });

const zoneWith = (...ResourceRecordSets: readonly unknown[]): RoutingZone => read({ ResourceRecordSets });

/** `CODE path` of each problem. */
function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof RoutingError) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  return [];
}

const a = (parts: object) => ({
  Name: 'www.example.com.',
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value: '192.0.2.1' }],
  ...parts,
});

describe('zoneFromRoute53', () => {
  it('reads weighted, latency and simple records, values and aliases', () => {
    const zone = zoneWith(
      { Name: 'example.com.', Type: 'NS', TTL: 172_800, ResourceRecords: [{ Value: 'ns-1.awsdns-01.org.' }] },
      a({ SetIdentifier: 'us', Region: 'us-east-1', HealthCheckId: 'c1' }),
      {
        Name: 'WWW.example.com.',
        Type: 'A',
        SetIdentifier: 'eu',
        Region: 'eu-west-1',
        AliasTarget: { HostedZoneId: 'Z1', DNSName: 'group.example.com.', EvaluateTargetHealth: true },
      },
      a({ Name: 'group.example.com.', SetIdentifier: 'one', Weight: 3 }),
      {
        Name: 'api.example.com.',
        Type: 'A',
        AliasTarget: {
          HostedZoneId: 'Z2',
          DNSName: 'd-0abc.execute-api.eu-west-1.amazonaws.com.',
          EvaluateTargetHealth: false,
        },
      },
      {
        Name: 'cdn.example.com.',
        Type: 'A',
        AliasTarget: { HostedZoneId: 'Z3', DNSName: 'd111.cloudfront.net.', EvaluateTargetHealth: false },
      },
      {
        Name: '\\052.example.com.',
        Type: 'CNAME',
        TTL: 5,
        ResourceRecords: [{ Value: 'Other.example.net.' }],
      },
    );
    expect(zone).toEqual({
      origin: 'example.com',
      healthChecks: [],
      records: [
        {
          name: 'example.com',
          type: 'NS',
          routing: { policy: 'simple' },
          ttl: 172_800,
          target: { kind: 'values', values: ['ns-1.awsdns-01.org.'] },
        },
        {
          name: 'www.example.com',
          type: 'A',
          routing: { policy: 'latency', setIdentifier: 'us', region: 'us-east-1' },
          ttl: 60,
          healthCheck: 'c1',
          target: { kind: 'values', values: ['192.0.2.1'] },
        },
        {
          name: 'www.example.com',
          type: 'A',
          routing: { policy: 'latency', setIdentifier: 'eu', region: 'eu-west-1' },
          target: { kind: 'alias-record', name: 'group.example.com', evaluateTargetHealth: true },
        },
        {
          name: 'group.example.com',
          type: 'A',
          routing: { policy: 'weighted', setIdentifier: 'one', weight: 3 },
          ttl: 60,
          target: { kind: 'values', values: ['192.0.2.1'] },
        },
        {
          name: 'api.example.com',
          type: 'A',
          routing: { policy: 'simple' },
          target: {
            kind: 'alias-api',
            region: 'eu-west-1',
            customDomain: 'api.example.com',
            evaluateTargetHealth: false,
          },
        },
        {
          name: 'cdn.example.com',
          type: 'A',
          routing: { policy: 'simple' },
          target: { kind: 'alias-resource', dnsName: 'd111.cloudfront.net', evaluateTargetHealth: false },
        },
        {
          name: '*.example.com',
          type: 'CNAME',
          routing: { policy: 'simple' },
          ttl: 5,
          target: { kind: 'cname', name: 'other.example.net' },
        },
      ],
    });
    expect(dataOf(ask(zone, 'whatever'))).toEqual(['other.example.net']);
  });

  it('reads health checks: of endpoints, calculated, inverted and disabled', () => {
    const { healthChecks } = read(
      { ResourceRecordSets: [] },
      {
        HealthChecks: [
          {
            Id: 'c1',
            CallerReference: 'x',
            HealthCheckConfig: { Type: 'HTTPS', FullyQualifiedDomainName: 'a.example.com' },
          },
          { Id: 'c2', HealthCheckConfig: { Type: 'TCP', Disabled: true } },
          {
            Id: 'sum',
            HealthCheckConfig: {
              Type: 'CALCULATED',
              ChildHealthChecks: ['c1', 'c2'],
              HealthThreshold: 1,
              Inverted: true,
            },
          },
        ],
      },
    );
    expect(healthChecks).toEqual([
      { kind: 'endpoint', id: 'c1' },
      { kind: 'endpoint', id: 'c2', disabled: true },
      { kind: 'calculated', id: 'sum', children: ['c1', 'c2'], healthThreshold: 1, inverted: true },
    ]);
  });

  it('decides what the topology decides, once its records stand in Route 53', () => {
    const anyChain = fc.constantFrom('alias' as const, 'cname' as const);
    fc.assert(
      fc.property(anyProxies, anyChain, anyPlace, fc.nat(), (proxies, chain, client, bits) => {
        const planned = zoneFromPlan(dnsPlan(topologyOf(proxies, chain)), 'example.com');
        const deployed = read(
          { ResourceRecordSets: planned.records.map(asRoute53) },
          { HealthChecks: planned.healthChecks.map(asHealthCheck) },
        );
        const down = new Set(
          planned.healthChecks.filter((_, index) => (bits >> (index % 24)) % 2 === 1).map(({ id }) => id),
        );
        const waysIn = [planned, deployed].map((zone) =>
          evaluate(
            zone,
            { name: 'fast.example.com', type: 'A' },
            { client, health: (id) => !down.has(id), random: () => 0.4 },
          ).reasons.map(
            (reason) => reason.kind === 'group' && [reason.name, reason.choice, reason.failedOpen],
          ),
        );
        expect(waysIn[1]).toEqual(waysIn[0]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('zoneFromRoute53 rejects', () => {
  it.each([
    {
      what: 'text that is no JSON',
      run: () => zoneFromRoute53({ recordSets: '{', domain: 'example.com', file: 'f' }),
      problem: 'ROUTING_INVALID_ROUTE53_ANSWER ',
    },
    {
      what: 'another answer',
      run: () => read({ HostedZones: [] }),
      problem: 'ROUTING_INVALID_ROUTE53_ANSWER ResourceRecordSets',
    },
    {
      what: 'a weight out of range',
      run: () => zoneWith(a({ SetIdentifier: 'x', Weight: 256 })),
      problem: 'ROUTING_INVALID_ROUTE53_ANSWER ResourceRecordSets[0].Weight',
    },
    {
      what: 'a record that leads nowhere',
      run: () => zoneWith({ Name: 'www.example.com.', Type: 'A', TTL: 1 }),
      problem: 'ROUTING_INVALID_ROUTE53_ANSWER ResourceRecordSets[0]',
    },
    {
      what: 'a policy that is not evaluated',
      run: () => zoneWith(a({ SetIdentifier: 'x', Failover: 'PRIMARY' })),
      problem: 'ROUTING_UNSUPPORTED_POLICY ResourceRecordSets[0].Failover',
    },
    {
      what: 'a region that is not modelled',
      run: () => zoneWith(a({ SetIdentifier: 'x', Region: 'cn-north-1' })),
      problem: 'ROUTING_UNKNOWN_REGION ResourceRecordSets[0].Region',
    },
    {
      what: 'two policies on one name and type',
      run: () =>
        zoneWith(a({ SetIdentifier: 'x', Weight: 1 }), a({ SetIdentifier: 'y', Region: 'us-east-1' })),
      problem: 'ROUTING_MIXED_POLICIES www.example.com A',
    },
    {
      what: 'the same record twice',
      run: () => zoneWith(a({ SetIdentifier: 'x', Weight: 1 }), a({ SetIdentifier: 'x', Weight: 2 })),
      problem: 'ROUTING_DUPLICATE_RECORD www.example.com A',
    },
    {
      what: 'a record of another zone',
      run: () => zoneWith(a({ Name: 'www.example.net.' })),
      problem: 'ROUTING_OUTSIDE_ZONE www.example.net A',
    },
    {
      what: 'an alias to nothing',
      run: () =>
        zoneWith({
          Name: 'www.example.com.',
          Type: 'A',
          AliasTarget: { DNSName: 'gone.example.com.', EvaluateTargetHealth: true },
        }),
      problem: 'ROUTING_MISSING_ALIAS_TARGET www.example.com A',
    },
    {
      what: 'a CNAME beside other records',
      run: () => zoneWith(a({}), a({ Type: 'CNAME', ResourceRecords: [{ Value: 'x.example.net.' }] })),
      problem: 'ROUTING_AMBIGUOUS_CNAME www.example.com',
    },
    {
      what: 'a calculated check of a calculated check',
      run: () =>
        read(
          { ResourceRecordSets: [] },
          {
            HealthChecks: ['one', 'two'].map((Id) => ({
              Id,
              HealthCheckConfig: {
                Type: 'CALCULATED',
                ChildHealthChecks: Id === 'one' ? ['two'] : [],
                HealthThreshold: 1,
              },
            })),
          },
        ),
      problem: 'ROUTING_CALCULATED_CHILD one',
    },
  ])('$what', ({ run, problem }) => {
    expect(problemsOf(run)).toEqual([problem]);
  });

  it('everything that is wrong at once', () => {
    const run = () =>
      zoneWith(a({ SetIdentifier: 'x', Weight: -1 }), a({ SetIdentifier: 'x', Region: 'eu-wst-1' }));
    expect(problemsOf(run)).toHaveLength(2);
    expect(run).toThrow('did you mean eu-west-1?');
  });
});

/** A planned record as Route 53 tells it once it stands there. */
function asRoute53({ name, type, routing, target, ttl, healthCheck }: ZoneRecord): unknown {
  return {
    Name: `${name}.`,
    Type: type,
    ...(routing.policy === 'simple' ? {} : { SetIdentifier: routing.setIdentifier }),
    ...(routing.policy === 'weighted' ? { Weight: routing.weight } : {}),
    ...(routing.policy === 'latency' ? { Region: routing.region } : {}),
    ...(ttl === undefined ? {} : { TTL: ttl }),
    ...(healthCheck === undefined ? {} : { HealthCheckId: healthCheck }),
    ...asTarget(target),
  };
}

function asTarget(target: ZoneRecord['target']): object {
  switch (target.kind) {
    case 'elastic-ip':
      return { ResourceRecords: [{ Value: '192.0.2.1' }] };
    case 'cname':
      return { ResourceRecords: [{ Value: `${target.name}.` }] };
    case 'alias-record':
      return {
        AliasTarget: {
          HostedZoneId: 'Z1',
          DNSName: `${target.name}.`,
          EvaluateTargetHealth: target.evaluateTargetHealth,
        },
      };
    case 'alias-api':
      return {
        AliasTarget: {
          HostedZoneId: 'Z2',
          DNSName: `d-1.execute-api.${target.region}.amazonaws.com.`,
          EvaluateTargetHealth: false,
        },
      };
    default:
      throw new Error(`a plan has no ${target.kind}`);
  }
}

const asHealthCheck = (check: RoutingZone['healthChecks'][number]): unknown => ({
  Id: check.id,
  HealthCheckConfig:
    check.kind === 'calculated'
      ? { Type: 'CALCULATED', ChildHealthChecks: check.children, HealthThreshold: check.healthThreshold }
      : { Type: 'HTTPS' },
});
