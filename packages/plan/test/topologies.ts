import { requireTopology, type Topology, type WrittenTopology } from '@isochrone/topology';
import fc from 'fast-check';

const base = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z0123456789EXAMPLE',
  home: 'us-east-1',
  regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': { proxies: 2 }, 'ap-southeast-2': { proxies: 2 } },
} as const satisfies WrittenTopology;

/** The shape of production, with the given parts in place of its own. */
export const topologyOf = (parts: Partial<WrittenTopology> = {}): Topology =>
  requireTopology(JSON.stringify({ ...base, ...parts }), 'test.yaml');

const names = ['us-east-1', 'eu-west-1', 'eu-south-2', 'ap-southeast-2', 'sa-east-1'] as const;

/** Topologies of one public name that differ wherever a topology may; the home is always among the regions. */
export const anyTopology: fc.Arbitrary<Topology> = fc
  .record({
    regions: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
    proxies: fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.record({ engine: fc.constantFrom('haproxy' as const, 'fastify' as const) }), {
          minLength: 1,
          maxLength: 3,
        }),
      ),
      { minLength: names.length, maxLength: names.length },
    ),
    ingress: fc.constantFrom('proxy' as const, 'direct' as const),
    dns: fc.record({
      chain: fc.constantFrom('alias' as const, 'cname' as const),
      ttl: fc.constantFrom(30, 60),
    }),
    healthCheck: fc.record({
      interval: fc.constantFrom(10 as const, 30 as const),
      failureThreshold: fc.constantFrom(2, 3),
    }),
    edge: fc.record({
      fallbacks: fc.integer({ min: 0, max: 2 }),
      maxConnectionAge: fc.constantFrom(300, 600),
    }),
  })
  .map(({ regions, proxies, ...parts }) =>
    topologyOf({
      ...parts,
      home: regions[0] ?? 'us-east-1',
      regions: Object.fromEntries(
        regions.map((region) => [region, { proxies: proxies[names.indexOf(region)] ?? 1 }]),
      ),
    }),
  );
