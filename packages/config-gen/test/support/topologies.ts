import { type ProxyInstance, requireTopology, type Topology } from '@isochrone/topology';

const head = 'service: fast\ndomain: example.com\nhostedZoneId: Z0123456789EXAMPLE\nhome: us-east-1\n';

/** Topologies that differ where the generated files do. */
export const written = {
  production: `${head}regions:\n  us-east-1: { proxies: 2 }\n  eu-west-1: { proxies: 2 }\n  ap-southeast-2: { proxies: 2 }\n`,
  'one-region': `${head}regions:\n  us-east-1: {}\n`,
  direct: `${head}ingress: direct\nregions:\n  us-east-1: {}\n  eu-west-1: {}\n`,
  'mixed-engines': `${head}edge: { engine: fastify, fallbacks: 1, maxConnectionAge: 300 }\nregions:\n  us-east-1: { proxies: [{ engine: haproxy }, {}] }\n  sa-east-1: { engine: haproxy }\n`,
  'cname-chain': `${head}dns: { chain: cname, ttl: 30 }\nregions:\n  us-east-1: { proxies: 2 }\n  eu-west-1: {}\n`,
} as const;

export type Case = keyof typeof written;
export const cases = Object.keys(written) as readonly Case[];

export const topologyOf = (name: Case): Topology => requireTopology(written[name], `${name}.yaml`);

/** A topology of `example.com` with these regions, one proxy each. */
export function topologyWith(regions: readonly string[], more = ''): Topology {
  const lines = regions.map((region) => `  ${region}: {}\n`).join('');
  return requireTopology(
    `service: fast\ndomain: example.com\nhostedZoneId: Z0123456789EXAMPLE\nhome: ${regions[0]}\n${more}regions:\n${lines}`,
    'test.yaml',
  );
}

export const instancesOf = (topology: Topology): readonly ProxyInstance[] =>
  topology.regions.flatMap(({ proxies }) => proxies);

/** The first region's first proxy. */
export function firstInstance(topology: Topology): ProxyInstance {
  const [instance] = instancesOf(topology);
  if (instance === undefined) throw new Error('the topology has no proxy');
  return instance;
}
