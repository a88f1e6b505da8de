/** The middle of some values, and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of an even number of values, the median is the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new RangeError('no values');
  }
  return { median: (low + high) / 2, min, max };
}

/** Of two spreads, as the ratio of their medians. */
export const ratio = (a: Spread | undefined, b: Spread | undefined): number | null =>
  a === undefined || b === undefined ? null : a.median / b.median;
