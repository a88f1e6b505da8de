/** Retries and requests are counted over this time, in seconds. */
const WINDOW = 10;

/**
 * Retries for each second of the window on top of the share: without them a proxy with few requests, or one that has just
 * started, could ask hardly anybody again. What Finagle and Linkerd take by default.
 */
const FLOOR = 10;

/** Allows retries up to a share of the requests and a few more, so that a failing region does not double the load of the next. */
export class RetryBudget {
  /** For each second of the window. */
  readonly #requests = new Float64Array(WINDOW);
  readonly #retries = new Float64Array(WINDOW);
  #second = 0;

  /** Counts a request; `now` in ms, never falling. */
  count(now: number): void {
    const slot = this.#slot(now);
    this.#requests[slot] = (this.#requests[slot] ?? 0) + 1;
  }

  /** Takes one retry from the budget, if `share` of the requests has room for it; a share of 0 allows none at all. */
  take(share: number, now: number): boolean {
    if (this.left(share, now) < 1) return false;
    const slot = this.#slot(now);
    this.#retries[slot] = (this.#retries[slot] ?? 0) + 1;
    return true;
  }

  /** Retries that are possible now. */
  left(share: number, now: number): number {
    this.#slot(now);
    if (share === 0) return 0;
    return FLOOR * WINDOW + Math.floor(share * sum(this.#requests)) - sum(this.#retries);
  }

  #slot(now: number): number {
    const second = Math.floor(now / 1_000);
    const passed = Math.min(second - this.#second, WINDOW);
    for (let back = 0; back < passed; back += 1) {
      const slot = (second - back) % WINDOW;
      this.#requests[slot] = 0;
      this.#retries[slot] = 0;
    }
    this.#second = second;
    return second % WINDOW;
  }
}

const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
