import {
  awsRegions,
  dnsPlan,
  modelledRoundTripMs,
  nearestRegions,
  type Place,
  type RegionName,
  regionNames,
} from '@isochrone/topology';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decision,
  evaluate,
  type GroupReason,
  type RoutingZone,
  type ZoneRecord,
  zoneFromPlan,
} from '../src/index.ts';
import { isHealthy } from './support/oracle.ts';
import { anyPlace, anyProxies, type Proxies, topologyOf } from './support/topologies.ts';
import { anyWeightedGroup, anyWorld, ROOT, type World } from './support/zones.ts';

const RUNS = { numRuns: 10_000 };
/** What weighted groups draw, one after the other, over and over. */
const anyDraws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
  minLength: 1,
  maxLength: 3,
});

const PUBLIC = 'fast.example.com';

function ask({ zone, down }: World, client: Place, draws: readonly number[], name: string = ROOT): Decision {
  let drawn = 0;
  return evaluate(
    zone,
    { name, type: 'A' },
    { client, health: (id) => !down.has(id), random: () => draws[drawn++ % draws.length] ?? 0 },
  );
}

const groupsOf = ({ reasons }: Decision): readonly GroupReason[] =>
  reasons.filter((reason) => reason.kind === 'group');

/** The region that the first latency group chose. */
function regionOf(decision: Decision): RegionName | undefined {
  const [choice] = groupsOf(decision).flatMap((reason) => reason.choice);
  return choice?.policy === 'latency' ? choice.region : undefined;
}

const recordsAt = ({ records }: RoutingZone, name: string, type: string): readonly ZoneRecord[] =>
  records.filter((record) => record.name === name && record.type === type);

const planned = (proxies: Proxies, chain: 'alias' | 'cname'): RoutingZone =>
  zoneFromPlan(dnsPlan(topologyOf(proxies, chain)), 'example.com');

/** Those of a zone's checks that the bits, over and over, say are down. */
const downOf = (zone: RoutingZone, bits: number): ReadonlySet<string> =>
  new Set(zone.healthChecks.filter((_, index) => ((bits >>> (index % 24)) & 1) === 1).map(({ id }) => id));

const anyBits = fc.nat({ max: 2 ** 24 - 1 });

describe('for 10,000 zones', { timeout: 180_000 }, () => {
  it('an answer is healthy unless its whole group is not', () => {
    fc.assert(
      fc.property(anyWorld, anyPlace, anyDraws, (world, client, draws) => {
        for (const { name, type, candidates, failedOpen } of groupsOf(ask(world, client, draws))) {
          const healthy = recordsAt(world.zone, name, type).map((record) => isHealthy(world, record));
          expect(candidates.map((candidate) => candidate.healthy)).toEqual(healthy);
          const chosen = candidates.findIndex((candidate) => candidate.chosen);
          expect(healthy[chosen]).toBe(healthy.includes(true));
          expect(failedOpen).toBe(!healthy.includes(true));
        }
      }),
      RUNS,
    );
  });

  it("removing an unhealthy record never changes the answer's distribution while its group has a healthy member", () => {
    fc.assert(
      fc.property(anyWorld, anyPlace, anyDraws, (world, client, draws) => {
        const { records } = world.zone;
        const healthy = new Set(records.filter((record) => isHealthy(world, record)));
        const spare = records.filter(
          (record) =>
            !healthy.has(record) &&
            recordsAt(world.zone, record.name, record.type).some((other) => healthy.has(other)),
        );
        fc.pre(spare.length > 0);
        // The same draws have the same answer, which is more than the same distribution.
        const { kind, answers } = ask(world, client, draws);
        for (const removed of spare) {
          const zone = { ...world.zone, records: records.filter((record) => record !== removed) };
          expect(ask({ ...world, zone }, client, draws)).toMatchObject({ kind, answers });
        }
      }),
      RUNS,
    );
  });

  it('a branch with a record without a check never fails over, nor does one without target health', () => {
    const anyWay = fc.constantFrom('no check', 'no check and weight 0', 'no target health');
    fc.assert(
      fc.property(anyProxies, anyPlace, anyBits, anyDraws, anyWay, (proxies, client, bits, draws, way) => {
        const whole = planned(proxies, 'alias');
        const [closest] = nearestRegions(
          client,
          regionNames.filter((name) => proxies[name] !== undefined),
        );
        const first = `${closest}-proxy1`;
        const records = whole.records.map((record): ZoneRecord => {
          const { healthCheck, ...unchecked } = record;
          const { routing, target } = record;
          if (routing.policy === 'weighted' && routing.setIdentifier === first && way !== 'no target health')
            return { ...unchecked, routing: { ...routing, weight: way === 'no check' ? 1 : 0 } };
          return target.kind === 'alias-record' && way === 'no target health'
            ? { ...record, target: { ...target, evaluateTargetHealth: false } }
            : record;
        });
        const world = { zone: { ...whole, records }, down: downOf(whole, bits) };
        expect(regionOf(ask(world, client, draws, PUBLIC))).toBe(closest);
      }),
      RUNS,
    );
  });

  it('weights are met: each record answers its share of all possible draws', () => {
    const draws = 64;
    fc.assert(
      fc.property(
        anyWeightedGroup,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (group, offset) => {
          const counts = countAnswers(
            group.world,
            Array.from({ length: draws }, (_, index) => (index + offset) / draws),
          );
          expect([...counts.keys()].filter((instance) => !group.shares.has(instance))).toEqual([]);
          // Of evenly spread draws, a share has its part, rounded up or down.
          for (const [instance, share] of group.shares)
            expect(Math.abs((counts.get(instance) ?? 0) - draws * share)).toBeLessThan(1 + 1e-9);
        },
      ),
      RUNS,
    );
  });

  it('weights are met within statistical bounds', () => {
    const draws = 20;
    let excess = 0;
    let variance = 0;
    fc.assert(
      fc.property(anyWeightedGroup, fc.integer({ min: 1, max: 2 ** 31 - 1 }), ({ world, shares }, seed) => {
        const random = xorshift(seed);
        const counts = countAnswers(world, Array.from({ length: draws }, random));
        const [first] = shares;
        if (first === undefined) return;
        const [instance, share] = first;
        excess += (counts.get(instance) ?? 0) - draws * share;
        variance += draws * share * (1 - share);
      }),
      RUNS,
    );
    // Seven standard deviations: by chance in one of 10^11 runs.
    expect(Math.abs(excess)).toBeLessThan(7 * Math.sqrt(variance));
  });

  it('alias tree and CNAME tree agree while all is well', () => {
    fc.assert(
      fc.property(anyProxies, anyPlace, anyDraws, (proxies, client, draws) => {
        const [alias, cname] = (['alias', 'cname'] as const).map((chain) =>
          ask({ zone: planned(proxies, chain), down: new Set() }, client, draws, PUBLIC),
        );
        expect(alias?.answers).toHaveLength(1);
        expect(cname?.answers.map(({ type }) => type)).toEqual(['CNAME', 'CNAME', 'A']);
        expect(cname?.answers.at(-1)?.data).toEqual(alias?.answers.at(-1)?.data);
      }),
      RUNS,
    );
  });

  it('adding a region never sends anybody farther away, unless only it is healthy', () => {
    const anyChain = fc.constantFrom('alias' as const, 'cname' as const);
    fc.assert(
      fc.property(
        anyProxies,
        fc.constantFrom(...regionNames),
        anyPlace,
        anyBits,
        anyChain,
        (proxies, added, client, bits, chain) => {
          fc.pre(proxies[added] === undefined);
          const after = planned({ ...proxies, [added]: 1 }, chain);
          const down = downOf(after, bits);
          const before = ask({ zone: planned(proxies, chain), down }, client, [0], PUBLIC);
          fc.pre(!groupsOf(before).some(({ failedOpen }) => failedOpen));
          const distance = (decision: Decision): number => {
            const region = regionOf(decision);
            return region ? modelledRoundTripMs(client, awsRegions[region]) : Number.NaN;
          };
          expect(distance(ask({ zone: after, down }, client, [0], PUBLIC))).toBeLessThanOrEqual(
            distance(before),
          );
        },
      ),
      RUNS,
    );
  });
});

const NOWHERE: Place = { latitude: 0, longitude: 0 };

/** How often each instance answers to these draws. */
function countAnswers(world: World, draws: readonly number[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const draw of draws) {
    const [answer] = ask(world, NOWHERE, [draw]).answers;
    const instance = answer?.data.kind === 'elastic-ip' ? answer.data.instance : '';
    counts.set(instance, (counts.get(instance) ?? 0) + 1);
  }
  return counts;
}

/** Marsaglia's xorshift: quick, and the same on every machine for the same seed. */
function xorshift(seed: number): () => number {
  // Spread over all bits: a small seed would begin with small numbers.
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
