import type { RegionName } from './regions.ts';

/**
 * Where a record leads. Addresses and API endpoints exist only once something is deployed, so they are named
 * by what owns them: the deployment, or the local world, puts the address in.
 */
export type RecordTarget =
  /** The IPv4 address of one proxy instance. */
  | { readonly kind: 'elastic-ip'; readonly instance: string }
  /** Another record set of the zone, of the same type; the answer carries that one's TTL. */
  | { readonly kind: 'alias-record'; readonly name: string; readonly evaluateTargetHealth: boolean }
  /** The regional endpoint behind an API Gateway custom domain. */
  | {
      readonly kind: 'alias-api';
      readonly region: RegionName;
      readonly customDomain: string;
      readonly evaluateTargetHealth: false;
    }
  | { readonly kind: 'cname'; readonly name: string };

export type RoutingPolicy =
  | { readonly policy: 'simple' }
  | { readonly policy: 'weighted'; readonly setIdentifier: string; readonly weight: number }
  | { readonly policy: 'latency'; readonly setIdentifier: string; readonly region: RegionName };

/** One Route 53 record set. */
export interface RecordSet {
  /** Fully qualified, without the trailing dot. */
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'CNAME';
  readonly routing: RoutingPolicy;
  readonly target: RecordTarget;
  /** Seconds; absent on alias records. */
  readonly ttl?: number;
  /** `id` of a health check. */
  readonly healthCheck?: string;
  /** The region whose stack writes this record. */
  readonly owner: RegionName;
}

export type HealthCheck =
  | {
      readonly kind: 'https';
      readonly id: string;
      readonly owner: RegionName;
      /** Sent as SNI and Host. */
      readonly hostname: string;
      readonly port: 443;
      readonly path: '/healthz';
      /** Seconds between two probes of one checker. */
      readonly interval: 10 | 30;
      readonly failureThreshold: number;
    }
  | {
      readonly kind: 'calculated';
      readonly id: string;
      readonly owner: RegionName;
      readonly children: readonly string[];
      /** How many children must be healthy. */
      readonly healthThreshold: number;
    };

/** Everything that a topology asks of its hosted zone, sorted by name, type and set identifier. */
export interface DnsPlan {
  readonly records: readonly RecordSet[];
  readonly healthChecks: readonly HealthCheck[];
}
