import type { RoutingZone, ZoneHealthCheck, ZoneRecord } from './zone.ts';

/** Look-ups into a zone, made once for each zone: evaluation must cost what the answer needs, not what the zone holds. */
export interface ZoneIndex {
  /** The records of one name and type, in the zone's order. */
  readonly group: (name: string, type: string) => readonly ZoneRecord[];
  /** Whether a name exists, be it only because a longer one does (RFC 8020: an empty non-terminal). */
  readonly exists: (name: string) => boolean;
  readonly healthCheck: (id: string) => ZoneHealthCheck | undefined;
}

const indexes = new WeakMap<RoutingZone, ZoneIndex>();

export function indexOf(zone: RoutingZone): ZoneIndex {
  const known = indexes.get(zone);
  if (known) return known;
  const index = createIndex(zone);
  indexes.set(zone, index);
  return index;
}

const NOTHING: readonly ZoneRecord[] = [];

function createIndex({ origin, records, healthChecks }: RoutingZone): ZoneIndex {
  const names = new Map<string, Map<string, ZoneRecord[]>>();
  const existing = new Set([origin]);
  for (const record of records) {
    const types = names.get(record.name) ?? new Map<string, ZoneRecord[]>();
    names.set(record.name, types);
    const group = types.get(record.type) ?? [];
    types.set(record.type, group);
    // A name has one policy; a record of another, which Route 53 would not take, is left out.
    if (group.every(({ routing }) => routing.policy === record.routing.policy)) group.push(record);
    for (let name = record.name; name !== origin && name !== ''; name = parentOf(name)) existing.add(name);
  }
  const checks = new Map(healthChecks.map((check) => [check.id, check]));
  return {
    group: (name, type) => names.get(name)?.get(type) ?? NOTHING,
    exists: (name) => existing.has(name),
    healthCheck: (id) => checks.get(id),
  };
}

/** The name one label shorter; empty for the last. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}
