import { type ProxyInstance, requireTopology, type Topology } from '@isochrone/topology';
import { DOMAIN } from './certificates.ts';

/** The region of the edge under test. */
export const OWN = 'us-east-1';
/** Where it falls back to first. */
export const NEXT = 'eu-west-1';

export const PUBLIC_HOST = `fast.${DOMAIN}`;
/** Label of the edge under test, as its headers name it. */
export const INSTANCE = `proxy1-${OWN}-fast`;
export const OWN_API = `${OWN}-fast.${DOMAIN}`;

export type EdgePart = Topology['edge'];

/**
 * The topology of every case: three regions, one proxy each.
 *
 * @param edge what differs from the defaults; also values that a file may not have, such as a `maxConnectionAge` of
 *   2 s: nobody wants to wait for 30.
 */
export function topologyWith(
  edge: Partial<EdgePart> = {},
  regions: readonly string[] = [OWN, NEXT, 'ap-southeast-2'],
): Topology {
  const lines = regions.map((region) => `  ${region}: {}\n`).join('');
  const topology = requireTopology(
    `service: fast\ndomain: ${DOMAIN}\nhostedZoneId: Z0123456789EXAMPLE\nhome: ${OWN}\nregions:\n${lines}`,
    'conformance.yaml',
  );
  return { ...topology, edge: { ...topology.edge, clientRate: 100_000, ...edge } };
}

export function firstInstance(topology: Topology): ProxyInstance {
  const instance = topology.regions[0]?.proxies[0];
  if (instance === undefined) throw new TypeError('the topology has no proxy');
  return instance;
}
