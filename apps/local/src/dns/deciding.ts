import {
  type Decision,
  evaluate,
  type GeoTable,
  type LatencyModel,
  type NamedPlace,
  type Query,
} from '@isochrone/routing';
import type { Place } from '@isochrone/topology';
import { scaledSeconds } from '../time-scale.ts';
import type { LocalZone } from './local-zone.ts';
import type { ResourceRecord } from './records.ts';
import type { Authority, ZoneAnswer } from './reply.ts';

export interface DecidingOptions {
  readonly zone: () => LocalZone;
  readonly isHealthy: (check: string) => boolean;
  readonly geo: GeoTable;
  readonly latency: LatencyModel;
  readonly random?: () => number;
  /** Where clients are whose address says nothing. */
  readonly defaultPlace: () => NamedPlace;
  readonly timeScale: number;
}

/** The one place where this world decides, whoever asks. */
export interface Deciding {
  readonly decide: (query: Query, client: Place, random?: () => number) => Decision;
  /** What DNS answers. */
  readonly authority: () => Authority;
  /** The address that a name leads to, for those who look up without DNS. */
  readonly addressOf: (hostname: string) => string | undefined;
}

/** Of a hosted zone's SOA record. */
const NEGATIVE_TTL_SECONDS = 900;
/** Clients of one network ask again and again. */
const KNOWN_CLIENTS = 10_000;

export function openDeciding(options: DecidingOptions): Deciding {
  const { zone, isHealthy, geo, latency, random = Math.random, defaultPlace, timeScale } = options;
  const placeOf = remembering((address: string) => geo.find(address)?.place);
  const decide: Deciding['decide'] = (query, client, draw = random) =>
    evaluate(zone().routing, query, { client, health: isHealthy, random: draw, latency });
  const negativeTtl = scaledSeconds(NEGATIVE_TTL_SECONDS, timeScale);

  const lookup: Authority['lookup'] = (name, type, client) => {
    const place = firstOf(client, placeOf) ?? defaultPlace().place;
    return zoneAnswer(zone(), decide({ name, type }, place), timeScale);
  };
  return {
    decide,
    authority: () => ({ origin: zone().routing.origin, lookup, negativeTtl }),
    addressOf: (hostname) => {
      const { records } = lookup(hostname, 'A', []);
      return records.find((record) => record.type === 'A')?.address;
    },
  };
}

function zoneAnswer(zone: LocalZone, decision: Decision, timeScale: number): ZoneAnswer {
  const records = decision.answers.flatMap((answer): readonly ResourceRecord[] => {
    const { name, data } = answer;
    if (data.kind === 'cname') return [{ type: 'CNAME', name, ttl: answer.ttl, target: data.name }];
    const address = zone.addressOf(answer);
    if (address === undefined) return [];
    // The TTL of an API's own record is AWS's, not the topology's.
    const ttl = data.kind === 'api' ? scaledSeconds(answer.ttl, timeScale) : answer.ttl;
    return [{ type: 'A', name, ttl, address }];
  });
  const isEmpty = decision.kind === 'answer' && records.length < decision.answers.length;
  return { kind: isEmpty ? 'no-data' : decision.kind, records, dependsOnClient: decision.latencyBased };
}

function remembering<T>(find: (key: string) => T): (key: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (key) => {
    const found = known.get(key);
    if (found) return found.value;
    const value = find(key);
    if (known.size >= KNOWN_CLIENTS) known.clear();
    known.set(key, { value });
    return value;
  };
}

function firstOf<T>(keys: readonly string[], find: (key: string) => T | undefined): T | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
