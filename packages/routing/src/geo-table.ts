import type { Place } from '@isochrone/topology';
import ipaddr from 'ipaddr.js';
import { cities } from './cities.ts';
import { type NamedPlace, namedPlace, placeAt } from './places.ts';
import { type Finding, isObject, keyed, readJson, throwProblems } from './problems.ts';

/** One network, and where its clients are. */
export interface GeoEntry extends NamedPlace {
  /** For example `198.18.1.0/24`. */
  readonly network: string;
  readonly prefixLength: number;
}

/** Which network is where. */
export interface GeoTable {
  readonly entries: readonly GeoEntry[];
  /** The most specific network that holds an address; undefined where none does, or where it is no address. */
  readonly find: (address: string) => GeoEntry | undefined;
}

/** Where an address is, according to a table. */
export const placeOf = (address: string, table: GeoTable = builtinGeoTable): Place | undefined =>
  table.find(address)?.place;

/**
 * A table of these networks; of two entries for the same network, the later one holds.
 *
 * @param entries each network valid, as {@link parseGeoTable} makes sure
 */
export function geoTable(entries: readonly (NamedPlace & { readonly network: string })[]): GeoTable {
  const families = new Map<string, Map<number, Map<string, GeoEntry>>>();
  for (const entry of entries) {
    const [address, prefixLength] = ipaddr.parseCIDR(entry.network);
    const byLength = getOrAdd(families, address.kind(), () => new Map<number, Map<string, GeoEntry>>());
    const byPrefix = getOrAdd(byLength, prefixLength, () => new Map<string, GeoEntry>());
    byPrefix.set(prefixOf(address.toByteArray(), prefixLength), { ...entry, prefixLength });
  }
  const longestFirst = new Map(
    [...families].map(([family, byLength]) => [family, [...byLength].sort(([a], [b]) => b - a)]),
  );
  return {
    entries: [...longestFirst.values()].flatMap((lengths) =>
      lengths.flatMap(([, found]) => [...found.values()]),
    ),
    find: (text) => {
      if (!ipaddr.isValid(text)) return undefined;
      const address = ipaddr.process(text);
      const bytes = address.toByteArray();
      for (const [prefixLength, byPrefix] of longestFirst.get(address.kind()) ?? []) {
        const entry = byPrefix.get(prefixOf(bytes, prefixLength));
        if (entry) return entry;
      }
      return undefined;
    },
  };
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/** The first bits of an address, as a key. */
function prefixOf(bytes: readonly number[], length: number): string {
  const whole = length >> 3;
  const rest = length & 7;
  const last = rest === 0 ? '' : `/${(bytes[whole] ?? 0) >> (8 - rest)}`;
  return bytes.slice(0, whole).join('.') + last;
}

/** The three networks of RFC 5737, each as large as the scope of an answer, for the story's three regions. */
const documentationNetworks = [
  { network: '192.0.2.0/24', city: 'New York' },
  { network: '198.51.100.0/24', city: 'Dublin' },
  { network: '203.0.113.0/24', city: 'Sydney' },
] as const;

const builtinEntries = [
  ...documentationNetworks.map(({ network, city }) => ({ network, city })),
  // RFC 2544 (benchmarking) and RFC 3849 (documentation): nobody's, and large enough for a /24 and a /48 each.
  ...cities.flatMap(({ name, network }) => [
    { network: `198.18.${network}.0/24`, city: name },
    { network: `2001:db8:${network}::/48`, city: name },
  ]),
].flatMap(({ network, city }) => {
  const named = namedPlace(city);
  return named ? [{ network, ...named }] : [];
});

/** Networks that belong to nobody, one of each family for every city that can be named. */
export const builtinGeoTable: GeoTable = geoTable(builtinEntries);

const CODE = 'ROUTING_INVALID_GEO_TABLE';

/**
 * The networks of a JSON file `{ "CIDR": place }`, over the built-in ones; a place is `"latitude,longitude"`,
 * `[latitude, longitude]` or the name of a city or region.
 *
 * @throws {RoutingError} ROUTING_PROBLEMS, carrying every problem of the file
 */
export function parseGeoTable(text: string, file: string): GeoTable {
  const { value, findings } = readJson(text, CODE);
  throwProblems(file, findings);
  if (!isObject(value)) {
    throwProblems(file, [
      {
        code: CODE,
        path: '',
        message: 'expected an object of networks',
        hint: 'write {"203.0.113.0/24": "-33.87,151.21"}',
      },
    ]);
    return builtinGeoTable;
  }
  const results = Object.entries(value).map(([network, place]) => readEntry(network, place));
  throwProblems(
    file,
    results.flatMap((result) => result.findings),
  );
  return geoTable([...builtinEntries, ...results.flatMap(({ entry }) => entry ?? [])]);
}

interface EntryResult {
  readonly entry?: NamedPlace & { readonly network: string };
  readonly findings: readonly Finding[];
}

function readEntry(network: string, value: unknown): EntryResult {
  const place = readPlace(value);
  const findings: Finding[] = [];
  if (!ipaddr.isValidCIDR(network)) {
    findings.push({
      code: CODE,
      path: keyed(network),
      message: `expected a network in CIDR notation, got ${JSON.stringify(network)}`,
      hint: 'write an address and a prefix length, such as 203.0.113.0/24 or 2001:db8::/32',
    });
  }
  if (place === undefined) {
    findings.push({
      code: CODE,
      path: keyed(network),
      message: `expected a place, got ${JSON.stringify(value)}`,
      hint: 'write "latitude,longitude" in degrees, [latitude, longitude], or the name of a city or region',
    });
  }
  return place && findings.length === 0 ? { entry: { network, ...place }, findings } : { findings };
}

function readPlace(value: unknown): NamedPlace | undefined {
  if (typeof value === 'string') return namedPlace(value);
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [latitude, longitude]: readonly unknown[] = value;
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  const place = placeAt(latitude, longitude);
  return place && { label: `${latitude},${longitude}`, place };
}
