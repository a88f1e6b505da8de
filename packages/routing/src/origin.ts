import { nearestName } from '@isochrone/topology';
import ipaddr from 'ipaddr.js';
import { RoutingError } from './errors.ts';
import type { GeoTable } from './geo-table.ts';
import { type NamedPlace, namedPlace, placeNames } from './places.ts';

/**
 * Where a client is that is told as a city, a region, `latitude,longitude` or an IP address.
 *
 * @throws {RoutingError} ROUTING_UNKNOWN_PLACE
 */
export function locateClient(text: string, table: GeoTable): NamedPlace {
  const named = namedPlace(text);
  if (named) return named;
  const trimmed = text.trim();
  if (ipaddr.isValid(trimmed)) {
    const entry = table.find(trimmed);
    if (entry) return { label: `${trimmed} (${entry.label})`, place: entry.place };
    throw new RoutingError('ROUTING_UNKNOWN_PLACE', `no network of the table holds ${trimmed}`, {
      hint: 'name a city or latitude,longitude, or add the network to a file and pass it with --geo',
    });
  }
  const suggestion = nearestName(
    trimmed.toLowerCase(),
    placeNames.map((name) => name.toLowerCase()),
  );
  const meant = placeNames.find((name) => name.toLowerCase() === suggestion);
  throw new RoutingError(
    'ROUTING_UNKNOWN_PLACE',
    `expected a city, a region, latitude,longitude or an IP address, got ${JSON.stringify(text)}`,
    {
      hint: meant
        ? `did you mean ${meant}?`
        : `cities: ${placeNames.slice(0, 8).join(', ')}, …; or 40.71,-74.01`,
    },
  );
}
