import type { Topology } from '@isochrone/topology';

/**
 * The topology of a world in which waiting is shorter: TTLs and drain waits are divided, and so are the intervals of
 * health checks where those are run. Probes wait as long as ever, because what they wait for is no faster.
 */
export const atTimeScale = (topology: Topology, timeScale: number): Topology => ({
  ...topology,
  dns: { ...topology.dns, ttl: scaledSeconds(topology.dns.ttl, timeScale) },
  edge: { ...topology.edge, drain: scaledSeconds(topology.edge.drain, timeScale) },
});

/** Whole seconds, as a TTL has; never none, which would mean no caching at all. */
export const scaledSeconds = (seconds: number, timeScale: number): number =>
  Math.max(1, Math.round(seconds / timeScale));
