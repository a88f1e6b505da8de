/** A figure with what it varied by, over the rounds of one run. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @returns NaN of no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper = Number.NaN, lower = upper] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}

/** Undefined of no values. */
export function figureOf(values: readonly number[]): Figure | undefined {
  if (values.length === 0) return undefined;
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
