import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certificateCovers,
  type DnsPlan,
  dnsPlan,
  moveDomain,
  publicHostname,
  type RecordSet,
  wildcardHostname,
} from '../src/index.ts';
import { anyTopology, topologyWith } from './support/topologies.ts';

const targetOf = ({ target }: RecordSet): string => {
  switch (target.kind) {
    case 'elastic-ip':
      return `address of ${target.instance}`;
    case 'alias-record':
      return `alias ${target.name}${target.evaluateTargetHealth ? ' with health' : ''}`;
    case 'alias-api':
      return `API of ${target.customDomain}`;
    case 'cname':
      return target.name;
  }
};

function lines({ records }: DnsPlan): readonly string[] {
  return records.map((record) => {
    const { routing } = record;
    const policy = routing.policy === 'simple' ? 'simple' : `${routing.policy} ${routing.setIdentifier}`;
    const check = record.healthCheck ? ` check ${record.healthCheck}` : '';
    return `${record.name} ${record.ttl ?? '-'} ${record.type} ${policy} -> ${targetOf(record)}${check}`;
  });
}

const apiLines = [
  'staging-us-east-1-fast.example.com - A simple -> API of staging-us-east-1-fast.example.com',
  'staging-us-east-1-fast.example.com - AAAA simple -> API of staging-us-east-1-fast.example.com',
  'us-east-1-fast.example.com - A simple -> API of us-east-1-fast.example.com',
  'us-east-1-fast.example.com - AAAA simple -> API of us-east-1-fast.example.com',
];

describe('dnsPlan', () => {
  it('builds a tree of alias records in proxy mode', () => {
    expect(lines(dnsPlan(topologyWith({ regions: { 'us-east-1': { proxies: 2 } } })))).toEqual([
      'fast.example.com - A latency us-east-1 -> alias proxy-us-east-1-fast.example.com with health',
      'proxy-us-east-1-fast.example.com 60 A weighted us-east-1-proxy1 -> address of proxy1-us-east-1-fast.example.com check proxy1-us-east-1-fast',
      'proxy-us-east-1-fast.example.com 60 A weighted us-east-1-proxy2 -> address of proxy2-us-east-1-fast.example.com check proxy2-us-east-1-fast',
      'proxy1-us-east-1-fast.example.com 60 A simple -> address of proxy1-us-east-1-fast.example.com',
      'proxy2-us-east-1-fast.example.com 60 A simple -> address of proxy2-us-east-1-fast.example.com',
      ...apiLines,
    ]);
  });

  it('builds a chain of names with a calculated check when asked for cname', () => {
    const plan = dnsPlan(topologyWith({ dns: { chain: 'cname' } }));
    expect(lines(plan)).toEqual([
      'fast.example.com 60 CNAME latency us-east-1 -> proxy-us-east-1-fast.example.com check proxy-us-east-1-fast',
      'proxy-us-east-1-fast.example.com 60 CNAME weighted us-east-1-proxy1 -> proxy1-us-east-1-fast.example.com check proxy1-us-east-1-fast',
      'proxy1-us-east-1-fast.example.com 60 A simple -> address of proxy1-us-east-1-fast.example.com',
      ...apiLines,
    ]);
    expect(plan.healthChecks).toContainEqual({
      kind: 'calculated',
      id: 'proxy-us-east-1-fast',
      owner: 'us-east-1',
      children: ['proxy1-us-east-1-fast'],
      healthThreshold: 1,
    });
  });

  it("leads the public name to the APIs in direct mode, each checked at its region's own name", () => {
    const plan = dnsPlan(topologyWith({ ingress: 'direct' }));
    expect(lines(plan)).toEqual([
      'fast.example.com - A latency us-east-1 -> API of fast.example.com check us-east-1-fast',
      'fast.example.com - AAAA latency us-east-1 -> API of fast.example.com check us-east-1-fast',
      ...apiLines,
    ]);
    expect(plan.healthChecks).toEqual([
      expect.objectContaining({
        id: 'us-east-1-fast',
        hostname: 'us-east-1-fast.example.com',
        path: '/healthz',
      }),
    ]);
  });

  it('follows the chain kind in direct mode too', () => {
    expect(lines(dnsPlan(topologyWith({ ingress: 'direct', dns: { chain: 'cname' } })))).toContain(
      'fast.example.com 60 CNAME latency us-east-1 -> us-east-1-fast.example.com check us-east-1-fast',
    );
  });

  it('never puts two policies on one name and type', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const policies = new Map<string, Set<string>>();
        for (const { name, type, routing } of dnsPlan(topology).records) {
          const key = `${name} ${type}`;
          policies.set(key, (policies.get(key) ?? new Set()).add(routing.policy));
        }
        expect([...policies.values()].every((kinds) => kinds.size === 1)).toBe(true);
      }),
    );
  });

  it('gives every record an identity of its own', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const identities = dnsPlan(topology).records.map(
          ({ name, type, routing }) =>
            `${name} ${type} ${routing.policy === 'simple' ? '' : routing.setIdentifier}`,
        );
        expect(new Set(identities).size).toBe(identities.length);
      }),
    );
  });

  it('checks only names that one record set answers', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const { records, healthChecks } = dnsPlan(topology);
        for (const check of healthChecks) {
          if (check.kind !== 'https') continue;
          const answering = records.filter(({ name, type }) => name === check.hostname && type === 'A');
          expect(answering.map(({ routing }) => routing.policy)).toEqual(['simple']);
        }
      }),
    );
  });

  it('has a health check behind every id, and every leading record under one', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const { records, healthChecks } = dnsPlan(topology);
        const ids = new Set(healthChecks.map(({ id }) => id));
        const named = records.flatMap(({ healthCheck }) => healthCheck ?? []);
        expect(named.every((id) => ids.has(id))).toBe(true);
        const unguarded = records.filter(
          ({ routing, healthCheck, target }) =>
            routing.policy !== 'simple' &&
            !healthCheck &&
            !(target.kind === 'alias-record' && target.evaluateTargetHealth),
        );
        expect(unguarded).toEqual([]);
      }),
    );
  });

  it('stays under the one wildcard certificate', () => {
    fc.assert(
      fc.property(anyTopology, (topology) => {
        const outside = dnsPlan(topology).records.filter(
          ({ name }) => !certificateCovers(wildcardHostname(topology), name),
        );
        expect(outside).toEqual([]);
      }),
    );
  });

  it('changes no record of another region when a region is added', () => {
    const before = dnsPlan(topologyWith({ regions: { 'us-east-1': {}, 'eu-west-1': {} } }));
    const after = dnsPlan(
      topologyWith({ regions: { 'us-east-1': {}, 'eu-west-1': {}, 'ap-northeast-1': {} } }),
    );
    expect(after.records.filter(({ owner }) => owner !== 'ap-northeast-1')).toEqual(before.records);
    expect(after.healthChecks.filter(({ owner }) => owner !== 'ap-northeast-1')).toEqual(before.healthChecks);
  });
});

describe('moveDomain', () => {
  it('moves every name and nothing else', () => {
    const topology = topologyWith();
    const moved = moveDomain(topology, 'example.com.localhost');
    expect(publicHostname(moved)).toBe('fast.example.com.localhost');
    expect(lines(dnsPlan(moved))).toEqual(
      lines(dnsPlan(topology)).map((line) => line.replaceAll('example.com', 'example.com.localhost')),
    );
  });
});
