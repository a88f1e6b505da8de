import fc from 'fast-check';
import { regionNames, requireTopology, type Topology, type WrittenTopology } from '../../src/index.ts';

/** A complete topology with the given parts in place of its own. */
export function topologyWith(parts: Partial<WrittenTopology> = {}): Topology {
  return requireTopology(JSON.stringify({ ...base, ...parts }), 'test.yaml');
}

const base: WrittenTopology = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z1',
  home: 'us-east-1',
  regions: { 'us-east-1': {} },
};

/** Any topology that passes every check, from 1 to 33 regions. */
export const anyTopology: fc.Arbitrary<Topology> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...regionNames), { minLength: 1, maxLength: 33 }),
    proxies: fc.integer({ min: 1, max: 3 }),
    ingress: fc.constantFrom('proxy' as const, 'direct' as const),
    chain: fc.constantFrom('alias' as const, 'cname' as const),
    fallbacks: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ names, proxies, ingress, chain, fallbacks }) =>
    topologyWith({
      home: names[0] ?? 'us-east-1',
      ingress,
      dns: { chain },
      edge: { fallbacks },
      regions: Object.fromEntries(names.map((name) => [name, { proxies }])),
    }),
  );
