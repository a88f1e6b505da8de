import type { EngineName } from '@isochrone/engines';
import type { Skip } from './suite.ts';

/** What an engine cannot do, whatever its configuration: `docs/conformance.md` prints it. At most ten for each. */
export const engineLimits: Readonly<Record<EngineName, readonly Skip[]>> = {
  haproxy: [],
  fastify: [],
};
