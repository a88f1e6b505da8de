import {
  distanceKm,
  isRegionName,
  nearestName,
  type Place,
  type RegionName,
  regionNames,
} from '@isochrone/topology';
import { type LatencyModel, modelledLatency } from './latency-model.ts';
import { namedPlace } from './places.ts';
import { type Finding, isObject, keyed, readJson, throwProblems } from './problems.ts';

const CODE = 'ROUTING_INVALID_LATENCY_MATRIX';
/** How far a client may be from where was measured: beyond, figures say less than the model does. */
const REACH_KM = 1000;

/** What was measured from one place. */
interface Row {
  readonly place: Place;
  readonly roundTrips: ReadonlyMap<RegionName, number>;
}

/**
 * The latencies of a JSON file `{ client: { region: milliseconds } }`, where a client is a region, a city or
 * `latitude,longitude`. A visitor has the figures of the nearest client within 1000 km; what was not measured is
 * modelled, and each figure says which it is.
 *
 * @throws {RoutingError} ROUTING_PROBLEMS, carrying every problem of the file
 */
export function parseLatencyMatrix(text: string, file: string): LatencyModel {
  const { value, findings } = readJson(text, CODE);
  throwProblems(file, findings);
  const { rows, findings: inRows } = readRows(value);
  throwProblems(file, inRows);
  return measuredLatency(rows);
}

function measuredLatency(rows: readonly Row[]): LatencyModel {
  const nearest = (client: Place): Row | undefined => {
    const [best] = rows
      .map((row) => ({ row, distance: distanceKm(client, row.place) }))
      .filter(({ distance }) => distance <= REACH_KM)
      .sort((a, b) => a.distance - b.distance);
    return best?.row;
  };
  // Every record of a group asks for the same client.
  let latest: { readonly client: Place; readonly row: Row | undefined } | undefined;
  return (client, region) => {
    if (latest?.client !== client) latest = { client, row: nearest(client) };
    const roundTripMs = latest.row?.roundTrips.get(region);
    return roundTripMs === undefined ? modelledLatency(client, region) : { roundTripMs, source: 'measured' };
  };
}

interface Rows {
  readonly rows: readonly Row[];
  readonly findings: readonly Finding[];
}

function readRows(value: unknown): Rows {
  if (!isObject(value) || Object.keys(value).length === 0) {
    return {
      rows: [],
      findings: [
        {
          code: CODE,
          path: '',
          message: 'expected an object of clients',
          hint: 'write {"new york": {"us-east-1": 9.5, "eu-west-1": 71}}',
        },
      ],
    };
  }
  const results = Object.entries(value).map(([client, figures]) => readRow(client, figures));
  const clients = new Map<string, string>();
  const twice = Object.keys(value).flatMap((client): readonly Finding[] => {
    const label = namedPlace(client)?.label;
    const earlier = label === undefined ? undefined : clients.get(label);
    if (label !== undefined) clients.set(label, client);
    if (earlier === undefined) return [];
    return [
      {
        code: CODE,
        path: keyed(client),
        message: `this is the same place as ${JSON.stringify(earlier)}`,
        hint: 'keep one of the two',
      },
    ];
  });
  return {
    rows: results.flatMap((result) => result.rows),
    findings: [...results.flatMap((result) => result.findings), ...twice],
  };
}

function readRow(client: string, figures: unknown): Rows {
  const findings: Finding[] = [];
  const named = namedPlace(client);
  if (!named) {
    findings.push({
      code: CODE,
      path: keyed(client),
      message: `expected a region, a city or latitude,longitude, got ${JSON.stringify(client)}`,
      hint: meant(client) ?? 'name where was measured from',
    });
  }
  if (!isObject(figures) || Object.keys(figures).length === 0) {
    findings.push({
      code: CODE,
      path: keyed(client),
      message: `expected an object of regions, got ${JSON.stringify(figures)}`,
      hint: 'write {"us-east-1": 9.5}, in milliseconds',
    });
    return { rows: [], findings };
  }
  const roundTrips = new Map<RegionName, number>();
  for (const [region, milliseconds] of Object.entries(figures)) {
    const path = `${keyed(client)}${keyed(region)}`;
    if (!isRegionName(region)) {
      findings.push({
        code: CODE,
        path,
        message: `unknown region ${JSON.stringify(region)}`,
        hint: meant(region) ?? 'name an AWS region, such as eu-west-1',
      });
    } else if (typeof milliseconds !== 'number' || !(milliseconds >= 0)) {
      findings.push({
        code: CODE,
        path,
        message: `expected milliseconds, got ${JSON.stringify(milliseconds)}`,
        hint: 'write a number of at least 0',
      });
    } else {
      roundTrips.set(region, milliseconds);
    }
  }
  return { rows: named ? [{ place: named.place, roundTrips }] : [], findings };
}

function meant(region: string): string | undefined {
  const suggestion = nearestName(region, regionNames);
  return suggestion && `did you mean ${suggestion}?`;
}
