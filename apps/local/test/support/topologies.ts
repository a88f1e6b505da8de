import { requireTopology, type Topology, type WrittenTopology } from '@isochrone/topology';

const base: WrittenTopology = {
  service: 'fast',
  domain: 'example.com.localhost',
  hostedZoneId: 'Z1',
  home: 'us-east-1',
  regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': {} },
};

/** A complete topology with the given parts in place of its own. */
export function topologyWith(parts: Partial<WrittenTopology> = {}): Topology {
  return requireTopology(JSON.stringify({ ...base, ...parts }), 'test.yaml');
}
