import { msOf, type Visit } from '../client/visit.ts';

/** The value that this share of `sorted` does not exceed; 0 where there is none. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;

export interface Latencies {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

export function latenciesOf(visits: readonly Visit[]): Latencies {
  const sorted = visits.map(msOf).sort((a, b) => a - b);
  return {
    p50: Math.round(quantile(sorted, 0.5)),
    p99: Math.round(quantile(sorted, 0.99)),
    slowest: Math.round(sorted.at(-1) ?? 0),
  };
}

/** How often each value occurs, the most frequent first. */
export function counts(values: readonly string[]): Readonly<Record<string, number>> {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return Object.fromEntries([...found].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}
