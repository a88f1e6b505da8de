import { type CheckHealth, cities, evaluate, type Latency, zoneFromPlan } from '@isochrone/routing';
import { type DnsPlan, publicHostname, type RegionName, type Topology } from '@isochrone/topology';
import type { Sides } from './sides.ts';

/** Where the visitors of one city are sent, and how far that is. */
export interface Reach {
  readonly region: RegionName;
  /** Modelled round trip from the city to the region, in milliseconds, rounded. */
  readonly roundTripMs: number;
}

export interface CityMove {
  readonly city: string;
  /** Null where nothing was deployed. */
  readonly before: Reach | null;
  readonly after: Reach;
}

/** Thirty cities on all continents; each of the fifty of the routing package would make a long table longer. */
export const watchedCities: readonly string[] = [
  'New York',
  'Chicago',
  'Dallas',
  'San Francisco',
  'Seattle',
  'Miami',
  'Toronto',
  'Mexico City',
  'Bogota',
  'Santiago',
  'Sao Paulo',
  'London',
  'Dublin',
  'Paris',
  'Madrid',
  'Lisbon',
  'Frankfurt',
  'Milan',
  'Stockholm',
  'Istanbul',
  'Tel Aviv',
  'Lagos',
  'Johannesburg',
  'Dubai',
  'Mumbai',
  'Singapore',
  'Hong Kong',
  'Seoul',
  'Tokyo',
  'Sydney',
];

/** Where DNS sends each watched city before and after, by the routing package's places and modelled latency. */
export function movesBetween(
  { from, to, fromDns, toDns }: Sides,
  isUp: (check: CheckHealth['id']) => boolean,
): readonly CityMove[] {
  return cities
    .filter(({ name }) => watchedCities.includes(name))
    .flatMap((city) => {
      const after = reach(to, toDns, city, isUp);
      if (after === null) return [];
      const before = from === null ? null : reach(from, fromDns, city, isUp);
      return [{ city: city.name, before, after }];
    });
}

function reach(
  topology: Topology,
  dns: DnsPlan,
  client: (typeof cities)[number],
  isUp: (check: string) => boolean,
): Reach | null {
  const decision = evaluate(
    zoneFromPlan(dns, topology.domain),
    { name: publicHostname(topology), type: 'A' },
    { client, health: isUp, random: () => 0 },
  );
  for (const reason of decision.reasons) {
    if (reason.kind !== 'group' || reason.choice.policy !== 'latency') continue;
    return { region: reason.choice.region, roundTripMs: rounded(reason.choice) };
  }
  return null;
}

const rounded = ({ roundTripMs }: Pick<Latency, 'roundTripMs'>): number => Math.round(roundTripMs);

/** Whether the visitors of a city are sent elsewhere than before. */
export const hasMoved = ({ before, after }: CityMove): boolean => before?.region !== after.region;

/** Mean round trip over the watched cities, in milliseconds; each city counts alike. */
export function meanRoundTrip(moves: readonly CityMove[], side: 'before' | 'after'): number | null {
  const times = moves.flatMap((move) => move[side]?.roundTripMs ?? []);
  if (times.length === 0) return null;
  return Math.round(times.reduce((sum, time) => sum + time, 0) / times.length);
}
