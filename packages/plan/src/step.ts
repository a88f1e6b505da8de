import type { DnsPlan, RegionName } from '@isochrone/topology';
import { type CheckChange, type RecordChange, recordKey } from './dns-diff.ts';

/** What a step is about. `names` are records that lead to one thing each, and that nobody is sent to. */
export type Phase =
  | 'data'
  | 'certificate'
  | 'domain'
  | 'function'
  | 'names'
  | 'edge'
  | 'health'
  | 'dns'
  | 'wait';

/** One thing to do. A step begins when the one before it has ended. */
export interface Step {
  readonly phase: Phase;
  readonly title: string;
  readonly regions: readonly RegionName[];
  /** The CloudFormation stacks that do it; none for waits. */
  readonly stacks: readonly string[];
  /** Changes of record sets, all at once: one batch, of which Route 53 makes all or none. */
  readonly records: readonly RecordChange[];
  readonly healthChecks: readonly CheckChange[];
  /** Proxies and custom domains, by hostname: who answers from the end of this step on. */
  readonly starts: readonly string[];
  /** Whose `/healthz` says 503 from now on, while they still serve. */
  readonly drains: readonly string[];
  /** Who answers no more from the beginning of this step on. */
  readonly stops: readonly string[];
  /** How long to wait, at least; 0 for what ends by itself. */
  readonly seconds: number;
  /** What is worth knowing while it happens. */
  readonly note?: string;
}

export function step(phase: Phase, title: string, more: Partial<Omit<Step, 'phase' | 'title'>> = {}): Step {
  return {
    phase,
    title,
    regions: [],
    stacks: [],
    records: [],
    healthChecks: [],
    starts: [],
    drains: [],
    stops: [],
    seconds: 0,
    ...more,
  };
}

/** The zone after a step. Deletions come first: a batch may replace a name's A records by a CNAME. */
export function applyStep(zone: DnsPlan, { records, healthChecks }: Step): DnsPlan {
  return {
    records: changed(
      zone.records,
      recordKey,
      records.map((change) => ({ gone: change.action === 'delete', value: change.record })),
    ),
    healthChecks: changed(
      zone.healthChecks,
      ({ id }) => id,
      healthChecks.map((change) => ({ gone: change.action === 'delete', value: change.check })),
    ),
  };
}

function changed<T>(
  all: readonly T[],
  keyOf: (value: T) => string,
  changes: readonly { readonly gone: boolean; readonly value: T }[],
): readonly T[] {
  const result = new Map(all.map((value) => [keyOf(value), value]));
  for (const { gone, value } of changes) {
    if (gone) result.delete(keyOf(value));
    else result.set(keyOf(value), value);
  }
  return [...result].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}

/** `the custom domain` before one name, `the custom domains` before several. */
export const theNames = (names: readonly string[], what: string): string =>
  `the ${what}${names.length === 1 ? '' : 's'}`;
