import {
  type DnsPlan,
  dnsPlan,
  type RegionName,
  type RoutingPolicy,
  type Topology,
  waveOrder,
} from '@isochrone/topology';
import { regionsOf } from './deployed.ts';
import { type DnsDiff, diffDns, emptyDns, type RecordChange, recordKey } from './dns-diff.ts';

/** Two topologies, and what everybody wants to know of their difference. */
export interface Sides {
  /** Null where nothing is deployed. */
  readonly from: Topology | null;
  readonly to: Topology;
  readonly fromDns: DnsPlan;
  readonly toDns: DnsPlan;
  readonly diff: DnsDiff;
  readonly added: readonly RegionName[];
  readonly kept: readonly RegionName[];
  readonly removed: readonly RegionName[];
  /** Names whose records cannot change one by one: see {@link incompatibleNames}. */
  readonly flips: ReadonlySet<string>;
}

export function sidesOf(from: Topology | null, to: Topology): Sides {
  const fromDns = from === null ? emptyDns : dnsPlan(from);
  const toDns = dnsPlan(to);
  const before = new Set(regionsOf(from));
  const after = new Set(regionsOf(to));
  const order = waveOrder(to);
  return {
    from,
    to,
    fromDns,
    toDns,
    diff: withOneTtl(diffDns(fromDns, toDns), toDns),
    added: order.filter((region) => !before.has(region)),
    kept: order.filter((region) => before.has(region)),
    removed: regionsOf(from).filter((region) => !after.has(region)),
    flips: incompatibleNames(fromDns, toDns),
  };
}

/**
 * Weighted records of one name have one TTL, so a record that is about to leave its group takes the new TTL with
 * the others first.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html#Route53-Type-ResourceRecordSet-TTL
 */
function withOneTtl({ records, healthChecks }: DnsDiff, to: DnsPlan): DnsDiff {
  const ttls = new Map(
    to.records.flatMap(({ name, type, routing, ttl }) =>
      routing.policy === 'weighted' && ttl !== undefined ? [[`${name} ${type}`, ttl] as const] : [],
    ),
  );
  return {
    healthChecks,
    records: records.flatMap((change): readonly RecordChange[] => {
      const before = change.record;
      const ttl = ttls.get(`${before.name} ${before.type}`);
      if (change.action !== 'delete' || ttl === undefined || ttl === before.ttl) return [change];
      const record = { ...before, ttl };
      return [
        { action: 'update', before, record },
        { action: 'delete', record },
      ];
    }),
  };
}

/**
 * Names that change between CNAME and addresses, or between routing policies. Route 53 lets neither stand side by
 * side, so all records of such a name change in one batch.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#CNAMEFormat
 */
function incompatibleNames(from: DnsPlan, to: DnsPlan): ReadonlySet<string> {
  const kinds = ({ records }: DnsPlan): ReadonlyMap<string, ReadonlyMap<string, string>> => {
    const names = new Map<string, Map<string, string>>();
    for (const { name, type, routing } of records) {
      const types = names.get(name) ?? new Map<string, string>();
      names.set(name, types.set(type, routing.policy));
    }
    return names;
  };
  const before = kinds(from);
  return new Set(
    [...kinds(to)]
      .filter(([name, types]) => {
        const old = before.get(name);
        if (old === undefined) return false;
        const policyChanges = [...types].some(([type, policy]) => (old.get(type) ?? policy) !== policy);
        return policyChanges || old.has('CNAME') !== types.has('CNAME');
      })
      .map(([name]) => name),
  );
}

/** The three floors of the record tree: single things, a region's group of proxies, the public name. */
const floors = { simple: 'names', weighted: 'group', latency: 'public' } as const satisfies Record<
  RoutingPolicy['policy'],
  string
>;

export type Floor = (typeof floors)[keyof typeof floors];

/** The changes of one floor that can be made one by one, in the zone's order. */
export function changesOf(
  { diff, flips }: Sides,
  floor: Floor,
  actions: readonly RecordChange['action'][],
): readonly RecordChange[] {
  return diff.records
    .filter(({ record, action }) => {
      return floors[record.routing.policy] === floor && actions.includes(action) && !flips.has(record.name);
    })
    .toSorted((a, b) => (recordKey(a.record) < recordKey(b.record) ? -1 : 1));
}

/** The changes that must be made in one batch. */
export const flippedChanges = ({ diff, flips }: Sides): readonly RecordChange[] =>
  diff.records.filter(({ record }) => flips.has(record.name));
