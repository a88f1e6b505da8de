import { moveDomain, type Topology } from '@isochrone/topology';
import type { DrilledWorld } from './drill/world.ts';
import { CliError } from './errors.ts';

/**
 * A topology under the domain that a local world gave it.
 *
 * @throws CliError CLI_USAGE where the world serves something else
 */
export function topologyInWorld(topology: Topology, world: DrilledWorld, control: string): Topology {
  const { hostname } = new URL(world.publicUrl);
  const prefix = `${topology.service}.`;
  if (hostname.startsWith(prefix)) return moveDomain(topology, hostname.slice(prefix.length));
  throw new CliError(
    'CLI_USAGE',
    `the world at ${control} serves ${hostname}, not a service called ${topology.service}`,
    { hint: 'name its topology with --topology' },
  );
}
