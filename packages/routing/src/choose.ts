import type { Place, RegionName } from '@isochrone/topology';
import type { Candidate, Choice, RecordHealth } from './decision.ts';
import type { HealthView } from './health.ts';
import type { Latency, LatencyModel } from './latency-model.ts';
import type { ZoneRecord } from './zone.ts';

export interface ChoosingContext {
  readonly client: Place;
  readonly health: HealthView;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly latency: LatencyModel;
}

export interface Chosen {
  readonly record: ZoneRecord;
  readonly candidates: readonly Candidate[];
  readonly failedOpen: boolean;
  readonly choice: Choice;
}

export type NonEmpty<T> = readonly [T, ...T[]];

interface Contender {
  readonly record: ZoneRecord;
  readonly health: RecordHealth;
  readonly weight: number | undefined;
  readonly latency: (Latency & { readonly region: RegionName }) | undefined;
}

interface Selection {
  readonly considered: readonly Contender[];
  readonly chosen: Contender;
  readonly choice: Choice;
}

/**
 * One record of a group, by the group's policy among its healthy records. Where none is healthy all are: the group
 * fails open.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
export function chooseRecord([first, ...others]: NonEmpty<ZoneRecord>, context: ChoosingContext): Chosen {
  const contenders: NonEmpty<Contender> = [
    contend(first, context),
    ...others.map((record) => contend(record, context)),
  ];
  const [healthy, ...more] = contenders.filter(({ health }) => health.healthy);
  const { considered, chosen, choice } = select(healthy ? [healthy, ...more] : contenders, context);
  return {
    record: chosen.record,
    candidates: contenders.map((contender) =>
      describe(contender, considered.includes(contender), contender === chosen),
    ),
    failedOpen: healthy === undefined,
    choice,
  };
}

function contend(record: ZoneRecord, { client, health, latency }: ChoosingContext): Contender {
  const { routing } = record;
  return {
    record,
    health: health.of(record),
    weight: routing.policy === 'weighted' ? routing.weight : undefined,
    latency:
      routing.policy === 'latency'
        ? { ...latency(client, routing.region), region: routing.region }
        : undefined,
  };
}

function describe(
  { record: { routing, target }, health, weight, latency }: Contender,
  considered: boolean,
  chosen: boolean,
): Candidate {
  return {
    setIdentifier: routing.policy === 'simple' ? null : routing.setIdentifier,
    target,
    healthy: health.healthy,
    because: health.because,
    considered,
    chosen,
    ...(weight === undefined ? {} : { weight }),
    ...(latency ? { roundTripMs: latency.roundTripMs, latencySource: latency.source } : {}),
  };
}

function select(contenders: NonEmpty<Contender>, { random }: ChoosingContext): Selection {
  const [first] = contenders;
  switch (first.record.routing.policy) {
    case 'simple':
      return { considered: [first], chosen: first, choice: { policy: 'simple' } };
    case 'latency':
      return closest(contenders);
    case 'weighted':
      return drawn(contenders, random());
  }
}

/**
 * The record of the region with the shortest round trip from the client; of equals, the one that comes first.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
 */
function closest(contenders: NonEmpty<Contender>): Selection {
  const roundTrip = ({ latency }: Contender): number => latency?.roundTripMs ?? Number.POSITIVE_INFINITY;
  const chosen = contenders.reduce((best, each) => (roundTrip(each) < roundTrip(best) ? each : best));
  const { latency } = chosen;
  return {
    considered: contenders,
    chosen,
    choice: latency
      ? {
          policy: 'latency',
          region: latency.region,
          roundTripMs: latency.roundTripMs,
          latencySource: latency.source,
        }
      : { policy: 'simple' },
  };
}

/**
 * A record drawn with the chance weight ÷ sum of weights. Records of weight 0 are considered only when no other
 * is left, and then have equal chances.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
function drawn(contenders: NonEmpty<Contender>, draw: number): Selection {
  const weightOf = ({ weight = 0 }: Contender): number => weight;
  const [heavy, ...more] = contenders.filter((each) => weightOf(each) > 0);
  const considered: NonEmpty<Contender> = heavy ? [heavy, ...more] : contenders;
  const chance = heavy ? weightOf : () => 1;
  const total = considered.reduce((sum, each) => sum + chance(each), 0);
  let left = draw * total;
  // Where rounding leaves something over after the last, the last it is.
  const chosen =
    considered.find((each) => {
      left -= chance(each);
      return left < 0;
    }) ??
    considered.at(-1) ??
    considered[0];
  return {
    considered,
    chosen,
    choice: { policy: 'weighted', weight: weightOf(chosen), share: chance(chosen) / total, draw },
  };
}
