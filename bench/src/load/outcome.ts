/** What a load generator saw. */
export interface Outcome {
  /** Whole answers with status 200. */
  readonly good: number;
  /** Any other answers, and failures. */
  readonly bad: number;
  readonly perSecond: number;
  /** From the beginning of a visit to the first byte, milliseconds, mean; where it is measured. */
  readonly ttfbMs?: number;
}
