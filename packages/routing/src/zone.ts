import type { DnsPlan, RecordTarget, RoutingPolicy } from '@isochrone/topology';

/** A hosted zone as the evaluator sees it: what a topology asks for, or what Route 53 holds. Names are lower case, without the trailing dot. */
export interface RoutingZone {
  /** The domain of the zone. */
  readonly origin: string;
  readonly records: readonly ZoneRecord[];
  readonly healthChecks: readonly ZoneHealthCheck[];
}

/** Where a record leads: what a topology can say, and what else stands in a zone that was read from Route 53. */
export type ZoneTarget =
  | RecordTarget
  /** The values of a record that is no alias: addresses for A and AAAA, else the text that Route 53 keeps. */
  | { readonly kind: 'values'; readonly values: readonly string[] }
  /** An alias to an AWS resource other than an API; its health cannot be known here, so it counts as healthy. */
  | { readonly kind: 'alias-resource'; readonly dnsName: string; readonly evaluateTargetHealth: boolean };

export interface ZoneRecord {
  readonly name: string;
  /** `A`, `AAAA`, `CNAME`, …: upper case. */
  readonly type: string;
  readonly routing: RoutingPolicy;
  readonly target: ZoneTarget;
  /** Seconds; absent on alias records. */
  readonly ttl?: number;
  /** `id` of a health check. */
  readonly healthCheck?: string;
}

/** As much of a health check as decides whether it is healthy. A check of an endpoint is asked for by its id. */
export type ZoneHealthCheck =
  | { readonly kind: 'https' | 'endpoint'; readonly id: string; readonly disabled?: boolean }
  | {
      readonly kind: 'calculated';
      readonly id: string;
      readonly children: readonly string[];
      /** How many children must be healthy. */
      readonly healthThreshold: number;
      /** Healthy is told as unhealthy, and the reverse. */
      readonly inverted?: boolean;
      readonly disabled?: boolean;
    };

/** The zone that a topology asks for: `zoneFromPlan(dnsPlan(topology), topology.domain)`. */
export const zoneFromPlan = ({ records, healthChecks }: DnsPlan, domain: string): RoutingZone => ({
  origin: domain,
  records,
  healthChecks,
});
