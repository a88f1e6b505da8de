import type { RegionName } from './regions.ts';
import type { Topology } from './topology.ts';

/**
 * The order in which a topology's regions meet a change: the first is the canary, the home comes last. A single
 * region is both.
 */
export const waveOrder = ({ regions, home }: Pick<Topology, 'regions' | 'home'>): readonly RegionName[] =>
  homeLast(
    regions.map(({ name }) => name),
    home,
  );

/** `regions` in their order, but for the home. */
export const homeLast = (regions: readonly RegionName[], home: RegionName): readonly RegionName[] => [
  ...regions.filter((region) => region !== home),
  ...regions.filter((region) => region === home),
];
