import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { regionNames, type WrittenTopology } from '@isochrone/topology';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildApp } from '../src/app.ts';
import { scratch, someBundles, stacksOf, topologyWith } from './support/stacks.ts';

const mixed: Partial<WrittenTopology> = {
  regions: {
    'us-east-1': { proxies: [{ engine: 'fastify' }, { engine: 'haproxy' }] },
    'eu-west-1': { engine: 'fastify' },
  },
};

describe('the stacks of a topology', () => {
  it('are one of functions and one of edges for each region, the data and the watch', () => {
    expect([...stacksOf(topologyWith(mixed)).keys()].toSorted()).toEqual([
      'Data',
      'Edge-eu-west-1',
      'Edge-us-east-1',
      'Tour-eu-west-1',
      'Tour-us-east-1',
      'Watch',
    ]);
  });

  it('have no edges where ingress is direct', () => {
    expect([...stacksOf(topologyWith({ ...mixed, ingress: 'direct' })).keys()]).not.toContainEqual(
      expect.stringMatching(/^Edge/),
    );
  });

  it('refer to no other stack, and bring no function of CDK', () => {
    for (const template of stacksOf(topologyWith(mixed)).values()) {
      const text = JSON.stringify(template.toJSON());
      expect(text).not.toMatch(/Fn::ImportValue|Fn::GetStackOutput|"Custom::/);
    }
  });

  it('need no look-up', () => {
    const outdir = scratch();
    buildApp({ topology: topologyWith(mixed), bundles: someBundles(), outdir, judges: [] }).synth();
    expect(JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'))).not.toHaveProperty('missing');
  });

  it('are the same wherever the bundles are', () => {
    const bundles = someBundles();
    const elsewhere = scratch();
    for (const job of ['delivery', 'publishing'] as const)
      cpSync(bundles.functions[job], join(elsewhere, job), { recursive: true });
    const moved = {
      ...bundles,
      functions: { delivery: join(elsewhere, 'delivery'), publishing: join(elsewhere, 'publishing') },
    };
    const [here, there] = [bundles, moved].map((each) =>
      [...stacksOf(topologyWith(mixed), { bundles: each })].map(([id, template]) => [id, template.toJSON()]),
    );
    expect(there).toEqual(here);
  });

  it('want an account', () => {
    const { account: _, ...topology } = topologyWith();
    expect(() => buildApp({ topology, bundles: someBundles() })).toThrow('the topology names no AWS account');
  });
});

describe('one more region', () => {
  const before = stacksOf.bind(undefined, topologyWith(mixed));
  const after = stacksOf.bind(
    undefined,
    topologyWith({ regions: { ...mixed.regions, 'ap-southeast-2': { proxies: 2 } }, edge: { fallbacks: 0 } }),
  );
  const unchanged = topologyWith({ ...mixed, edge: { fallbacks: 0 } });

  it('is one more stack of functions and one more of edges', () => {
    const added = [...after().keys()].filter((id) => !before().has(id));
    expect(added).toEqual(['Tour-ap-southeast-2', 'Edge-ap-southeast-2']);
  });

  it('changes no other template but those that speak of it: a replica, who may write to it, and its alarms', () => {
    const bundles = someBundles();
    const old = stacksOf(unchanged, { bundles });
    const changed = [...after({ bundles })].filter(
      ([id, template]) =>
        old.has(id) && JSON.stringify(old.get(id)?.toJSON()) !== JSON.stringify(template.toJSON()),
    );
    const functions = [...old.keys()].filter((id) => id.startsWith('Tour-'));
    expect(changed.map(([id]) => id).sort()).toEqual(['Data', ...functions, 'Watch'].sort());
    for (const [id, template] of changed.filter(([each]) => functions.includes(each)))
      expect(listsWithout('ap-southeast-2', template.toJSON())).toEqual(old.get(id)?.toJSON());
    const watch = changed.find(([id]) => id === 'Watch')?.[1].findResources('AWS::CloudWatch::Alarm') ?? {};
    expect(watch).toMatchObject(old.get('Watch')?.findResources('AWS::CloudWatch::Alarm') ?? {});
  });
});

/** A template whose lists have no entry that speaks of the region. */
const listsWithout = (region: string, template: object): unknown =>
  JSON.parse(JSON.stringify(template), (_key, value: unknown) =>
    Array.isArray(value) ? value.filter((entry) => !JSON.stringify(entry).includes(region)) : value,
  );

describe('cdk-nag', () => {
  const reportSchema = z.object({
    pluginReports: z.array(
      z.object({ violations: z.array(z.object({ ruleName: z.string() }).loose()) }).loose(),
    ),
  });

  it.each([
    ['both engines', topologyWith({ ...mixed, functions: { tracing: true, reservedConcurrency: 5 } })],
    ['direct ingress', topologyWith({ ...mixed, ingress: 'direct' })],
  ])('has nothing against %s', (_name, topology) => {
    const outdir = scratch();
    buildApp({ topology, bundles: someBundles(), outdir, judges: ['cdk-nag'] }).synth();
    const report = reportSchema.parse(
      JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')),
    );
    expect(report.pluginReports.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it('judges 33 regions in less than a minute', () => {
    const regions = Object.fromEntries(regionNames.slice(-33).map((name) => [name, { proxies: 2 }]));
    const topology = topologyWith({ home: 'us-east-1', regions });
    const began = process.cpuUsage();
    buildApp({ topology, bundles: someBundles(), outdir: scratch(), judges: ['cdk-nag'] }).synth();
    const { user, system } = process.cpuUsage(began);
    // Of CPU: how long a clock runs is the machine's other business.
    expect((user + system) / 1e6).toBeLessThan(60);
  }, 900_000);
});
