import { awsRegions, isRegionName, type Place, regionNames } from '@isochrone/topology';
import { cities } from './cities.ts';

/** A place, and what people call it. */
export interface NamedPlace {
  readonly label: string;
  readonly place: Place;
}

/** `New York`, `new-york` and `NEWYORK` mean the same city. */
const comparable = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '');

const citiesByName = new Map(cities.map((city) => [comparable(city.name), city]));

/** Every name that {@link namedPlace} knows, as it is best written. */
export const placeNames: readonly string[] = [...cities.map(({ name }) => name), ...regionNames];

/** The place that a text names: a city of the table, a region, or `latitude,longitude` in degrees. */
export function namedPlace(text: string): NamedPlace | undefined {
  const trimmed = text.trim();
  if (isRegionName(trimmed)) {
    const { latitude, longitude } = awsRegions[trimmed];
    return { label: trimmed, place: { latitude, longitude } };
  }
  const city = citiesByName.get(comparable(trimmed));
  if (city) {
    const { name, latitude, longitude } = city;
    return { label: name, place: { latitude, longitude } };
  }
  const coordinates = /^([+-]?\d{1,2}(?:\.\d*)?)\s*,\s*([+-]?\d{1,3}(?:\.\d*)?)$/.exec(trimmed);
  const place = coordinates && placeAt(Number(coordinates[1]), Number(coordinates[2]));
  return place ? { label: `${place.latitude},${place.longitude}`, place } : undefined;
}

/** Undefined where the numbers name no place on Earth. */
export function placeAt(latitude: number, longitude: number): Place | undefined {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}
