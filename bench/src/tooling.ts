import { generate } from '@isochrone/config-gen';
import { planChange } from '@isochrone/plan';
import { regionNames, requireTopology, type Topology } from '@isochrone/topology';
import { median } from './statistics.ts';

/** Median milliseconds of what the CLI computes; its start and its files are not in them. */
export interface Tooling {
  readonly regions: number;
  /** From the text of a topology to the text of every file. */
  readonly generateMs: number;
  /** From the text of two topologies, one of which has one region more, to the plan. */
  readonly planMs: number;
}

const RUNS = 9;

export const toolingFigures = (): readonly Tooling[] =>
  [1, regionNames.length].map((regions) => ({
    regions,
    generateMs: medianOf(() => generate(topologyWith(regions), { source: 'bench.yaml' })),
    planMs: medianOf(() =>
      regions === 1
        ? planChange(topologyWith(1), topologyWith(2))
        : planChange(topologyWith(regions - 1), topologyWith(regions)),
    ),
  }));

function topologyWith(count: number): Topology {
  const names = ['us-east-1', ...regionNames.filter((name) => name !== 'us-east-1')].slice(0, count);
  const text = [
    'service: fast',
    'domain: example.com',
    'hostedZoneId: Z0123456789ABCDEFGHIJ',
    'home: us-east-1',
    'regions:',
    ...names.map((name) => `  ${name}: { proxies: 2 }`),
    '',
  ].join('\n');
  return requireTopology(text, 'bench.yaml');
}

function medianOf(act: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return median(times);
}
