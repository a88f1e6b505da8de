import { isRegionName, nearestName, type RegionName, type Topology, waveOrder } from '@isochrone/topology';
import { CliError } from '../errors.ts';
import type { Wave } from './wave.ts';

/** The regions of a wave, in order. The home comes last, and is the canary only where it is alone. */
export function regionsOfWave(topology: Topology, wave: Wave): readonly RegionName[] {
  const [canary, ...rest] = waveOrder(topology);
  if (canary === undefined) return [];
  switch (wave) {
    case 'canary':
      return [canary];
    case 'rest':
      return rest;
    case 'all':
      return [canary, ...rest];
  }
}

/**
 * The regions to go through: those that are named, else those of the wave.
 *
 * @throws CliError CLI_USAGE
 */
export function chosenRegions(
  topology: Topology,
  wave: Wave,
  named: readonly string[],
): readonly RegionName[] {
  if (named.length === 0) return regionsOfWave(topology, wave);
  const known = topology.regions.map(({ name }) => name);
  const unknown = named.find((name) => !isRegionName(name) || !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearestName(unknown, known);
    throw new CliError('CLI_USAGE', `${unknown} is no region of the topology`, {
      hint: meant === undefined ? `name one of ${known.join(', ')}` : `did you mean ${meant}?`,
    });
  }
  return regionsOfWave(topology, 'all').filter((region) => named.includes(region));
}
