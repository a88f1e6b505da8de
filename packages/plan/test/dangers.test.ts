import type { WrittenTopology } from '@isochrone/topology';
import { describe, expect, it } from 'vitest';
import { type PlanOptions, planChange } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

const here = topologyOf();
const production: WrittenTopology['regions'] = {
  'us-east-1': { proxies: 2 },
  'eu-west-1': { proxies: 2 },
  'ap-southeast-2': { proxies: 2 },
};

const codesOf = (from: typeof here, to: typeof here, options?: PlanOptions): readonly string[] =>
  planChange(from, to, options).dangers.map(({ code }) => code);

describe('a plan is dangerous that', () => {
  it('leaves no region that serves now', () => {
    const elsewhere = topologyOf({ home: 'sa-east-1', regions: { 'sa-east-1': {} } });
    expect(codesOf(here, elsewhere)).toEqual([
      'PLAN_LAST_HEALTHY_REGION',
      'PLAN_HOME_MOVED',
      'PLAN_TOO_MANY_RECORDS',
    ]);
  });

  it('leaves only regions that are down', () => {
    const two = topologyOf({ regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': { proxies: 2 } } });
    const one = topologyOf({ regions: { 'us-east-1': { proxies: 2 } } });
    const isUp = (check: string): boolean => !check.includes('us-east-1');
    expect(codesOf(two, one, { isUp })).toContain('PLAN_LAST_HEALTHY_REGION');
    expect(codesOf(two, one)).not.toContain('PLAN_LAST_HEALTHY_REGION');
    expect(codesOf(two, one, { isUp: (check) => check !== 'proxy1-us-east-1-fast' })).not.toContain(
      'PLAN_LAST_HEALTHY_REGION',
    );
  });

  it('moves the home', () => {
    expect(codesOf(here, topologyOf({ home: 'eu-west-1' }))).toEqual(['PLAN_HOME_MOVED']);
  });

  it('changes the account', () => {
    const [one, other] = ['111111111111', '222222222222'].map((account) => topologyOf({ account }));
    expect(codesOf(one ?? here, other ?? here)).toEqual(['PLAN_ACCOUNT_CHANGED']);
  });

  it('changes the policy kind of a live name', () => {
    // The public name of the other service is the name of this one's API.
    const other = topologyOf({ service: 'us-east-1-fast' });
    expect(codesOf(here, other)).toEqual(
      expect.arrayContaining([
        'PLAN_POLICY_KIND_CHANGED',
        'PLAN_PUBLIC_NAME_CHANGED',
        'PLAN_TOO_MANY_RECORDS',
      ]),
    );
  });

  it('replaces health checks in place', () => {
    expect(codesOf(here, topologyOf({ healthCheck: { interval: 30 } }))).toEqual([
      'PLAN_HEALTH_CHECK_REPLACED',
    ]);
  });

  it('replaces the only proxy', () => {
    const one = topologyOf({ regions: { 'us-east-1': {} } });
    const other = topologyOf({ regions: { 'us-east-1': { engine: 'fastify' } } });
    expect(codesOf(one, other)).toEqual(['PLAN_LAST_PROXY_REPLACED']);
  });

  it('takes more than a third of the records away at once', () => {
    const four = topologyOf({ regions: { ...production, 'eu-south-2': {} } });
    const { 'us-east-1': home, 'eu-west-1': ireland } = production;
    const two = topologyOf({ regions: { 'us-east-1': home ?? {}, 'eu-west-1': ireland ?? {} } });
    expect(codesOf(four, two)).toEqual(['PLAN_TOO_MANY_RECORDS']);
    expect(planChange(four, two).dangers[0]?.message).toBe(
      '16 of 34 records would be deleted or lead elsewhere, more than a third at once',
    );
  });
});

describe('a plan is harmless that', () => {
  it.each([
    { what: 'adds a region', to: topologyOf({ regions: { ...production, 'eu-south-2': {} } }) },
    {
      what: 'removes one of three regions',
      to: topologyOf({ regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': { proxies: 2 } } }),
    },
    { what: 'changes the TTL of most records', to: topologyOf({ dns: { ttl: 30 } }) },
    { what: 'changes how often checks must fail', to: topologyOf({ healthCheck: { failureThreshold: 2 } }) },
    { what: 'goes to direct mode', to: topologyOf({ ingress: 'direct' }) },
    { what: 'goes to CNAMEs', to: topologyOf({ dns: { chain: 'cname' } }) },
  ])('$what', ({ to }) => {
    expect(codesOf(here, to)).toEqual([]);
    expect(codesOf(to, here)).toEqual([]);
  });

  it('is the first', () => {
    expect(planChange(null, here).dangers).toEqual([]);
  });
});
