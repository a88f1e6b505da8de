import { describe, expect, it } from 'vitest';
import { planChange, prices } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

const quiet = { traffic: { requestsPerMonth: 0 } };

const monthly = (what: string, parts: Parameters<typeof topologyOf>[0] = {}): number | undefined =>
  planChange(null, topologyOf(parts), quiet).cost.lines.find((line) => line.what === what)?.after;

describe('the cost of a month', () => {
  it('is that of each proxy, with its disk and its address', () => {
    const one = (0.0168 + 0.005) * 730 + 8 * 0.08;
    expect(monthly('proxies: machines, disks and addresses')).toBe(Math.round(6 * one * 100) / 100);
  });

  it('counts the options of health checks, and the checks themselves beyond the free fifty', () => {
    expect(monthly('health checks')).toBe(12);
    expect(monthly('health checks', { healthCheck: { interval: 30 } })).toBe(6);
    expect(monthly('health checks', { regions: { 'us-east-1': { proxies: 60 } } })).toBe(60 * 2 + 10 * 0.5);
  });

  it('takes nothing for look-ups of aliases to APIs', () => {
    const { cost } = planChange(topologyOf(), topologyOf({ ingress: 'direct' }));
    expect(cost.lines.find(({ what }) => what === 'DNS queries')).toMatchObject({ before: 0.6, after: 0 });
  });

  it('sums up to its lines', () => {
    const { lines, before, after } = planChange(topologyOf(), topologyOf({ dns: { chain: 'cname' } })).cost;
    expect(before).toBeCloseTo(lines.reduce((sum, line) => sum + line.before, 0));
    expect(after).toBeCloseTo(lines.reduce((sum, line) => sum + line.after, 0));
  });

  it('names the source of each price, and whether it was read there', () => {
    for (const { source, read } of Object.values(prices)) {
      expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.*pricing/);
      expect(read).toMatch(/^(\d{4}(-\d\d-\d\d)?|not re-read)$/);
    }
  });
});
