import { DOMAIN } from '@isochrone/proxy-conformance';
import { type ProxyInstance, requireTopology, type Topology } from '@isochrone/topology';

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'] as const;

/** The region of every contender. */
export const OWN_REGION = REGIONS[0];
/** The name that visitors ask for. */
export const PUBLIC_HOST = `fast.${DOMAIN}`;
/** The only Host and SNI that the region's API answers to. */
export const API_HOST = `${OWN_REGION}-fast.${DOMAIN}`;
/** What is asked for. */
export const SCRIPT_PATH = '/acme.js';

/** A limit that is counted for every request and met by none. */
const NO_LIMIT = 1_000_000_000;

/** Three regions, as the topology in production, so that an edge has two to fall back to unless told otherwise. */
export function benchTopology({ fallbacks }: { readonly fallbacks: number }): Topology {
  const topology = requireTopology(
    `service: fast\ndomain: ${DOMAIN}\nhostedZoneId: Z0123456789EXAMPLE\nhome: ${OWN_REGION}\nedge: { fallbacks: ${fallbacks} }\nregions:\n${REGIONS.map((region) => `  ${region}: {}\n`).join('')}`,
    'bench.yaml',
  );
  return { ...topology, edge: { ...topology.edge, clientRate: NO_LIMIT } };
}

export function firstInstance(topology: Topology): ProxyInstance {
  const instance = topology.regions[0]?.proxies[0];
  if (instance === undefined) throw new TypeError('the topology has no proxy');
  return instance;
}

/** Hostnames of all APIs. */
export const apiHosts = REGIONS.map((region) => `${region}-fast.${DOMAIN}`);
