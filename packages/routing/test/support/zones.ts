import { type RegionName, regionNames } from '@isochrone/topology';
import fc from 'fast-check';
import type { RoutingZone, ZoneHealthCheck, ZoneRecord, ZoneTarget } from '../../src/index.ts';

/** A zone, and which of its checks of endpoints are down. */
export interface World {
  readonly zone: RoutingZone;
  readonly down: ReadonlySet<string>;
}

/** The name at which every generated zone is asked. */
export const ROOT = 'g0.example.com';

/** Taken bit by bit, so that one number makes one record, quickly, and shrinks. */
function reader(bits: number): (width: number) => number {
  let rest = bits;
  return (width) => {
    const value = rest & ((1 << width) - 1);
    rest >>>= width;
    return value;
  };
}

const WEIGHTS = [1, 1, 0, 2, 5, 0, 100, 255] as const;
const MAX_GROUPS = 5;

/**
 * Any zone of up to five groups, of any policy, each record with or without a check, plain or calculated, up or
 * down, and leading to an address or on to a later group: by alias, with or without target health, or by CNAME.
 */
export const anyWorld: fc.Arbitrary<World> = fc
  .array(
    fc.record({
      kind: fc.nat({ max: 7 }),
      records: fc.array(fc.nat({ max: 2 ** 30 - 1 }), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: MAX_GROUPS },
  )
  .map(buildWorld);

interface GroupPlan {
  readonly name: string;
  readonly type: 'A' | 'CNAME';
  readonly policy: 'simple' | 'weighted' | 'latency';
  readonly records: readonly number[];
}

function buildWorld(
  groups: readonly { readonly kind: number; readonly records: readonly number[] }[],
): World {
  const plans = groups.map(
    ({ kind, records }, index): GroupPlan => ({
      name: `g${index}.example.com`,
      // A CNAME has to lead somewhere.
      type: kind >= 6 && index < groups.length - 1 ? 'CNAME' : 'A',
      policy: kind === 0 ? 'simple' : kind % 2 === 0 ? 'weighted' : 'latency',
      records: kind === 0 ? records.slice(0, 1) : records,
    }),
  );
  const healthChecks: ZoneHealthCheck[] = [];
  const down = new Set<string>();
  const records = plans.flatMap((plan, index) => {
    const regions = new Set<RegionName>();
    return plan.records.flatMap((bits, position): readonly ZoneRecord[] => {
      const take = reader(bits);
      const weight = WEIGHTS[take(3)] ?? 1;
      const region = regionNames[take(5)] ?? 'us-east-1';
      const check = addCheck(take, `${index}-${position}`, healthChecks, down);
      const target = targetOf(take, plan, plans.slice(index + 1), `${index}-${position}`);
      if (plan.policy === 'latency' && regions.has(region)) return [];
      regions.add(region);
      const setIdentifier = String(position);
      const routing =
        plan.policy === 'simple'
          ? ({ policy: 'simple' } as const)
          : plan.policy === 'weighted'
            ? ({ policy: 'weighted', setIdentifier, weight } as const)
            : ({ policy: 'latency', setIdentifier, region } as const);
      return [{ name: plan.name, type: plan.type, routing, target, ttl: 60, ...check }];
    });
  });
  return { zone: { origin: 'example.com', records, healthChecks }, down };
}

/** Half of the records have a check of an endpoint, a quarter a calculated one. */
function addCheck(
  take: (width: number) => number,
  id: string,
  healthChecks: ZoneHealthCheck[],
  down: Set<string>,
): { readonly healthCheck?: string } {
  const kind = take(2);
  const states = take(3);
  const threshold = take(2);
  if (kind === 0) return {};
  if (kind < 3) {
    healthChecks.push({ kind: 'endpoint', id });
    if (states % 2 === 1) down.add(id);
    return { healthCheck: id };
  }
  const children = [0, 1, 2].map((child) => `${id}-${child}`);
  for (const [child, childId] of children.entries()) {
    healthChecks.push({ kind: 'endpoint', id: childId });
    if (((states >> child) & 1) === 1) down.add(childId);
  }
  healthChecks.push({ kind: 'calculated', id, children, healthThreshold: threshold });
  return { healthCheck: id };
}

function targetOf(
  take: (width: number) => number,
  plan: GroupPlan,
  later: readonly GroupPlan[],
  id: string,
): ZoneTarget {
  const leads = take(1) === 1;
  const evaluateTargetHealth = take(2) > 0;
  const choice = take(4);
  const sameType = later.filter(({ type }) => type === plan.type);
  const aliasTo = leads ? sameType[choice % Math.max(1, sameType.length)] : undefined;
  if (aliasTo) return { kind: 'alias-record', name: aliasTo.name, evaluateTargetHealth };
  const onward = later[choice % Math.max(1, later.length)];
  if (plan.type === 'CNAME') return { kind: 'cname', name: onward?.name ?? 'elsewhere.example.net' };
  return { kind: 'elastic-ip', instance: `proxy${id}` };
}

/** One weighted group at the root, and the share that the rules give each of its records: none where a record is absent. */
export const anyWeightedGroup: fc.Arbitrary<{ world: World; shares: ReadonlyMap<string, number> }> = fc
  .array(fc.tuple(fc.nat({ max: 255 }), fc.boolean(), fc.constantFrom('up', 'down', 'no check')), {
    minLength: 1,
    maxLength: 5,
  })
  .map((members) => {
    const all = members.map(([weight, heavy, state], index) => ({
      id: `m${index}`,
      weight: heavy ? weight : weight % 2,
      state,
    }));
    const healthy = all.filter(({ state }) => state !== 'down');
    const left = healthy.length > 0 ? healthy : all;
    const heavy = left.filter(({ weight }) => weight > 0);
    const sum = heavy.reduce((total, { weight }) => total + weight, 0);
    const shares =
      heavy.length > 0
        ? heavy.map(({ id, weight }) => [id, weight / sum] as const)
        : left.map(({ id }) => [id, 1 / left.length] as const);
    const records = all.map(
      ({ id, weight, state }): ZoneRecord => ({
        name: ROOT,
        type: 'A',
        routing: { policy: 'weighted', setIdentifier: id, weight },
        target: { kind: 'elastic-ip', instance: id },
        ttl: 60,
        ...(state === 'no check' ? {} : { healthCheck: id }),
      }),
    );
    const healthChecks = all.map(({ id }) => ({ kind: 'endpoint' as const, id }));
    const down = new Set(all.flatMap(({ id, state }) => (state === 'down' ? [id] : [])));
    return {
      world: { zone: { origin: 'example.com', records, healthChecks }, down },
      shares: new Map(shares),
    };
  });
