/** How asking an upstream ended: with an answer, with a failure that is the upstream's, or for reasons of our own. */
export type Settlement = 'answered' | 'failed' | 'left';

/** Failures in a row after which an upstream is no longer asked first. */
const FAILURES = 3;

/** So many requests without any answer for so long look like a frozen upstream, long before their time is out. */
const STALL_REQUESTS = 3;
const STALL_MS = 500;

/** Watches how requests fare at one upstream: a health check notices a failure up to an interval later. */
export class PassiveWatch {
  #failures = 0;
  #waiting = 0;
  /** Since when enough requests wait, and none was answered. */
  #silentSince = Number.POSITIVE_INFINITY;

  /** Begins a request; the result tells how it ended, once. `now` in ms. */
  asked(now: number): (settlement: Settlement, now: number) => void {
    this.#waiting += 1;
    if (this.#waiting === STALL_REQUESTS) this.#silentSince = now;
    let settled = false;
    return (settlement, at) => {
      if (settled) return;
      settled = true;
      this.#waiting -= 1;
      if (settlement === 'answered') this.#failures = 0;
      if (settlement === 'failed') this.#failures += 1;
      if (this.#waiting < STALL_REQUESTS) this.#silentSince = Number.POSITIVE_INFINITY;
      else if (settlement === 'answered') this.#silentSince = at;
    };
  }

  /** Whether requests fail or stall; after that it counts anew. */
  foundBad(now: number): boolean {
    const stalled = now - this.#silentSince > STALL_MS;
    if (this.#failures < FAILURES && !stalled) return false;
    this.#failures = 0;
    if (stalled) this.#silentSince = now;
    return true;
  }
}
