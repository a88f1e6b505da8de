import { describe, expect, it } from 'vitest';
import { parseTopology, type WrittenTopology } from '../src/index.ts';

const base: WrittenTopology = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z1',
  home: 'us-east-1',
  regions: { 'us-east-1': {} },
};

function problemsOf(parts: Partial<WrittenTopology>) {
  const result = parseTopology(JSON.stringify({ ...base, ...parts }), 'my.json');
  return result.ok ? [] : result.problems.map(({ code, path }) => `${code} ${path}`);
}

describe('rules', () => {
  it('rejects a home that is none of the regions', () => {
    expect(problemsOf({ home: 'eu-west-1' })).toEqual(['TOPOLOGY_HOME_NOT_A_REGION home']);
  });

  it('rejects a service of two labels, which the wildcard does not cover', () => {
    expect(problemsOf({ service: 'fast.eu' })).toEqual(['TOPOLOGY_OUTSIDE_WILDCARD service']);
  });

  it('rejects a service that makes a label of more than 63 characters', () => {
    expect(problemsOf({ service: 'a'.repeat(46) })).toEqual(['TOPOLOGY_NAME_TOO_LONG service']);
  });

  it('accepts the longest service that fits', () => {
    expect(problemsOf({ service: 'a'.repeat(45) })).toEqual([]);
  });

  it('rejects a domain whose wildcard is too long for ACM', () => {
    expect(problemsOf({ domain: `${'a'.repeat(59)}.com` })).toEqual(['TOPOLOGY_NAME_TOO_LONG domain']);
  });

  it('rejects a TTL of more than 60 seconds', () => {
    expect(problemsOf({ dns: { ttl: 61 } })).toEqual(['TOPOLOGY_TTL_TOO_LONG dns.ttl']);
  });

  it('rejects a drain that ends before the last visitor has looked up again', () => {
    expect(problemsOf({ edge: { drain: 89 } })).toEqual(['TOPOLOGY_DRAIN_TOO_SHORT edge.drain']);
  });

  it('rejects more proxies than Route 53 has records for', () => {
    expect(problemsOf({ regions: { 'us-east-1': { proxies: 101 } } })).toEqual([
      'TOPOLOGY_RECORD_LIMIT regions.us-east-1.proxies',
    ]);
  });

  it('counts the calculated checks of a cname chain against the quota', () => {
    const regions = { 'us-east-1': { proxies: 99 }, 'eu-west-1': { proxies: 100 } };
    expect(problemsOf({ regions })).toEqual([]);
    expect(problemsOf({ regions, dns: { chain: 'cname' } })).toEqual(['TOPOLOGY_HEALTH_CHECK_LIMIT regions']);
  });

  it('runs on the parts that fit when another part does not', () => {
    const text = 'service: fast.eu\ndomain: 7\nhostedZoneId: Z1\nhome: eu-west-1\nregions: { us-east-1: {} }';
    const result = parseTopology(text, 'my.yaml');
    expect(result.ok ? [] : result.problems.map(({ code }) => code)).toEqual([
      'TOPOLOGY_OUTSIDE_WILDCARD',
      'TOPOLOGY_INVALID_VALUE',
      'TOPOLOGY_HOME_NOT_A_REGION',
    ]);
  });
});
