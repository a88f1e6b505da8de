/** How long to wait before a crashed process is started again; all in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A process that ran this long before it crashed starts the count afresh. */
  readonly resetAfterMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 200, maxMs: 5000, resetAfterMs: 10_000 };

/** The wait after the `crashes`-th crash in a row, counted from 1: doubled each time, up to the maximum. */
export function waitAfter(crashes: number, { firstMs, maxMs }: Backoff): number {
  return Math.min(maxMs, firstMs * 2 ** (crashes - 1));
}
