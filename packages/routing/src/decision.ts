import type { RegionName } from '@isochrone/topology';
import type { LatencySource } from './latency-model.ts';
import type { ZoneTarget } from './zone.ts';

/** What stands in one record of an answer. The local world puts addresses in for the first two. */
export type AnswerData =
  /** The IPv4 address of one proxy instance. */
  | { readonly kind: 'elastic-ip'; readonly instance: string }
  /** An address of the regional endpoint behind an API's custom domain. */
  | { readonly kind: 'api'; readonly region: RegionName; readonly customDomain: string }
  | { readonly kind: 'cname'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }
  /** An address of another AWS resource, known by its DNS name. */
  | { readonly kind: 'resource'; readonly dnsName: string }
  /** The value of any other type, as Route 53 writes it. */
  | { readonly kind: 'text'; readonly text: string };

export interface Answer {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly data: AnswerData;
}

export interface Decision {
  /**
   * What holds for the last name of the chain (RFC 6604): so `no-data` and `no-such-name` may come with the
   * CNAMEs that led there.
   */
  readonly kind: 'answer' | 'no-data' | 'no-such-name' | 'not-ours';
  /** CNAMEs first, in the order of the chain. */
  readonly answers: readonly Answer[];
  /** Every step from the name that was asked to the answer, in order; the last may be a dead end. */
  readonly reasons: readonly Reason[];
  /** Whether the answer depends on where the client is: the scope of EDNS Client Subnet. */
  readonly latencyBased: boolean;
}

export type Reason = GroupReason | DeadEnd;

/** One group of records (same name and type), and how one of it was chosen. */
export interface GroupReason {
  readonly kind: 'group';
  /** How the evaluator came here: `alias` within one record, `cname` for a further name of the chain. */
  readonly via: 'query' | 'alias' | 'cname';
  /** The name that was asked for here. */
  readonly asked: string;
  /** The name of the records: not the one asked for where a wildcard answers. */
  readonly name: string;
  /** The type of the records: CNAME where the name is an alias for another, whatever was asked. */
  readonly type: string;
  /** Every record of the group, in the zone's order. */
  readonly candidates: readonly Candidate[];
  /** No record is healthy, so all count as healthy. */
  readonly failedOpen: boolean;
  readonly choice: Choice;
}

/** A place from which no way leads on. */
export interface DeadEnd {
  readonly kind: 'dead-end';
  readonly via: 'query' | 'alias' | 'cname';
  readonly name: string;
  readonly type: string;
  readonly why: 'outside-the-zone' | 'no-such-name' | 'no-such-type' | 'loop';
}

export interface Candidate extends RecordHealth {
  /** Null on a simple record. */
  readonly setIdentifier: string | null;
  readonly target: ZoneTarget;
  /** Whether the policy chose among records that include this one. */
  readonly considered: boolean;
  readonly chosen: boolean;
  /** Of a weighted record: 0 to 255. */
  readonly weight?: number;
  /** Of a latency record: the round trip from the client, in milliseconds, and where the figure is from. */
  readonly roundTripMs?: number;
  readonly latencySource?: LatencySource;
}

export type Choice =
  | { readonly policy: 'simple' }
  | {
      readonly policy: 'latency';
      readonly region: RegionName;
      readonly roundTripMs: number;
      readonly latencySource: LatencySource;
    }
  | {
      readonly policy: 'weighted';
      readonly weight: number;
      /** Chance of this record among those considered, above 0 and at most 1. */
      readonly share: number;
      /** What `random` said. */
      readonly draw: number;
    };

export interface RecordHealth {
  readonly healthy: boolean;
  /** All must be healthy for the record to be; empty where nothing watches it, which counts as healthy. */
  readonly because: readonly HealthReason[];
}

export type HealthReason =
  | CheckHealth
  /** Alias with EvaluateTargetHealth: healthy while one record of the target is. */
  | {
      readonly kind: 'target';
      readonly name: string;
      readonly type: string;
      readonly healthy: boolean;
      /** Empty where the alias leads in a circle, or nowhere. */
      readonly members: readonly MemberHealth[];
    };

export interface CheckHealth {
  readonly kind: 'check';
  readonly id: string;
  readonly healthy: boolean;
  /** A disabled check counts as healthy. */
  readonly disabled?: true;
  /** Of a calculated check. */
  readonly calculated?: {
    readonly children: readonly CheckHealth[];
    readonly healthThreshold: number;
    readonly inverted: boolean;
  };
}

export interface MemberHealth extends RecordHealth {
  readonly setIdentifier: string | null;
}
