import type { DnsPlan, HealthCheck, RecordSet } from '@isochrone/topology';

export type RecordChange =
  | { readonly action: 'create'; readonly record: RecordSet }
  | { readonly action: 'update'; readonly before: RecordSet; readonly record: RecordSet }
  | { readonly action: 'delete'; readonly record: RecordSet };

export type CheckChange =
  | { readonly action: 'create'; readonly check: HealthCheck }
  /** `replace`: what changes is immutable, so Route 53 makes another check, which counts as healthy until known. */
  | { readonly action: 'update' | 'replace'; readonly before: HealthCheck; readonly check: HealthCheck }
  | { readonly action: 'delete'; readonly check: HealthCheck };

/** What has to happen to a hosted zone, in no order. */
export interface DnsDiff {
  readonly records: readonly RecordChange[];
  readonly healthChecks: readonly CheckChange[];
}

export const emptyDns: DnsPlan = { records: [], healthChecks: [] };

/** Route 53 tells record sets apart by name, type and set identifier. */
export const recordKey = ({ name, type, routing }: RecordSet): string =>
  `${name} ${type} ${routing.policy === 'simple' ? '' : routing.setIdentifier}`;

/** What leads from one state of a zone to another, record sets and health checks matched by their identity. */
export function diffDns(from: DnsPlan, to: DnsPlan): DnsDiff {
  const records = compare(from.records, to.records, recordKey);
  const checks = compare(from.healthChecks, to.healthChecks, ({ id }) => id);
  return {
    records: [
      ...records.added.map((record) => ({ action: 'create', record }) as const),
      ...records.changed.map(([before, record]) => ({ action: 'update', before, record }) as const),
      ...records.removed.map((record) => ({ action: 'delete', record }) as const),
    ],
    healthChecks: [
      ...checks.added.map((check) => ({ action: 'create', check }) as const),
      ...checks.changed.map(
        ([before, check]) =>
          ({ action: isImmutable(before, check) ? 'replace' : 'update', before, check }) as const,
      ),
      ...checks.removed.map((check) => ({ action: 'delete', check }) as const),
    ],
  };
}

/**
 * Type and interval of a health check cannot be changed.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html
 */
const isImmutable = (before: HealthCheck, after: HealthCheck): boolean =>
  before.kind !== after.kind ||
  (before.kind === 'https' && after.kind === 'https' && before.interval !== after.interval);

interface Comparison<T> {
  readonly added: readonly T[];
  readonly changed: readonly (readonly [before: T, after: T])[];
  readonly removed: readonly T[];
}

function compare<T>(from: readonly T[], to: readonly T[], keyOf: (value: T) => string): Comparison<T> {
  const before = new Map(from.map((value) => [keyOf(value), value]));
  const after = new Set(to.map(keyOf));
  const added: T[] = [];
  const changed: (readonly [T, T])[] = [];
  for (const value of to) {
    const old = before.get(keyOf(value));
    if (old === undefined) added.push(value);
    else if (!isSame(old, value)) changed.push([old, value]);
  }
  return { added, changed, removed: from.filter((value) => !after.has(keyOf(value))) };
}

/** Both come from the same derivation, so their keys stand in the same order. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
