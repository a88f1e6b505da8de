import { join } from 'node:path';
import type { Topology, WrittenTopology } from '@isochrone/topology';
import { describe, expect, it } from 'vitest';
import { planAsMarkdown, planAsText, planChange } from '../src/index.ts';
import { topologyOf } from './topologies.ts';

const production: WrittenTopology['regions'] = {
  'us-east-1': { proxies: 2 },
  'eu-west-1': { proxies: 2 },
  'ap-southeast-2': { proxies: 2 },
};
const here = topologyOf();
const withSpain = topologyOf({ regions: { ...production, 'eu-south-2': {} } });
const moreProxies = topologyOf({ regions: { ...production, 'eu-west-1': { proxies: 3 } } });
const cnames = topologyOf({ dns: { chain: 'cname' } });
const direct = topologyOf({ ingress: 'direct' });

const cases: readonly (readonly [string, Topology | null, Topology])[] = [
  ['first-deploy', null, topologyOf({ regions: { 'us-east-1': {}, 'eu-west-1': {} } })],
  ['region-added', here, withSpain],
  ['region-removed', withSpain, here],
  ['proxy-added', here, moreProxies],
  ['proxy-removed', moreProxies, here],
  [
    'engine',
    here,
    topologyOf({ regions: { ...production, 'eu-west-1': { proxies: 2, engine: 'fastify' } } }),
  ],
  ['instance-type', here, topologyOf({ edge: { instanceType: 't4g.medium' } })],
  ['functions', here, topologyOf({ functions: { logDays: 90 } })],
  ['ttl', here, topologyOf({ dns: { ttl: 30 } })],
  ['chain-to-cname', here, cnames],
  ['chain-to-alias', cnames, here],
  ['ingress-to-direct', here, direct],
  ['ingress-to-proxy', direct, here],
  ['health-check-interval', here, topologyOf({ healthCheck: { interval: 30 } })],
];

describe('a plan says what it always said of', () => {
  it.each(cases)('%s', async (name, from, to) => {
    const plan = planChange(from, to);
    await expect(`${planAsText(plan)}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, 'golden', `${name}.txt`),
    );
  });

  it('a region added, as Markdown', async () => {
    const text = planAsMarkdown(planChange(here, withSpain));
    await expect(`${text}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'golden', 'region-added.md'));
  });
});
