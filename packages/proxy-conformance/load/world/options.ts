import type { EngineName } from '@isochrone/engines';

export interface WorldOptions {
  readonly engine: EngineName;
  /** Regions, the proxies' own one included; each has an API of its own. */
  readonly regions: 1 | 2 | 3;
  /** Proxies of the own region. */
  readonly proxies: 1 | 2;
  /** Worker processes of each Fastify proxy. */
  readonly workers: number;
  /** Seconds that a draining proxy keeps serving. */
  readonly drainSeconds: number;
}

/** Seconds that an answer of the name server may be kept. */
export const DNS_TTL = 2;
