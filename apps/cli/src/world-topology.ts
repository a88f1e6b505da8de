import { onLocalhost, publicHostname, type Topology } from '@isochrone/topology';
import type { DrilledWorld } from './drill/world.ts';
import { CliError } from './errors.ts';

/**
 * A topology under the names that a local world serves it by.
 *
 * @throws CliError CLI_USAGE where the world serves another service
 */
export function topologyInWorld(topology: Topology, world: DrilledWorld, control: string): Topology {
  const local = onLocalhost(topology);
  const { hostname } = new URL(world.publicUrl);
  const expected = publicHostname(local);
  if (hostname === expected) return local;
  throw new CliError('CLI_USAGE', `the world at ${control} serves ${hostname}, not ${expected}`, {
    hint: 'name its topology with --topology',
  });
}
