import { apiHostname } from './hostnames.ts';
import { modelledRoundTripMs, nearestRegions } from './latency.ts';
import { awsRegions, type RegionName } from './regions.ts';
import type { Topology } from './topology.ts';

/** One API that a proxy may send a request to. */
export interface Upstream {
  readonly region: RegionName;
  /** The API's custom domain: Host, SNI and certificate name of every request to it. */
  readonly hostname: string;
  readonly role: 'own' | 'fallback';
  /** Modelled round trip from the proxy's region, in milliseconds. */
  readonly roundTripMs: number;
  /** Seconds between two health checks: seldom for a fallback, or the checks would cost more than the traffic. */
  readonly checkInterval: number;
}

const OWN_CHECK_SECONDS = 5;
const FALLBACK_CHECK_SECONDS = 30;

/** The upstreams of every proxy in `region`, in the order of preference: the region's own API, then the nearest others. */
export function upstreamsOf(topology: Topology, region: RegionName): readonly Upstream[] {
  const here = awsRegions[region];
  const others = topology.regions.map(({ name }) => name).filter((name) => name !== region);
  const fallbacks = nearestRegions(here, others).slice(0, topology.edge.fallbacks);
  return [region, ...fallbacks].map((name) => ({
    region: name,
    hostname: apiHostname(topology, name),
    role: name === region ? 'own' : 'fallback',
    roundTripMs: Math.round(modelledRoundTripMs(here, awsRegions[name])),
    checkInterval: name === region ? OWN_CHECK_SECONDS : FALLBACK_CHECK_SECONDS,
  }));
}
