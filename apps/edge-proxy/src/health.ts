/** Checks in a row that change the opinion of an upstream; haproxy's `fall` and `rise`. */
const FALL = 2;
const RISE = 2;

/** Milliseconds until the next check while the opinion is about to change, and while an upstream is down. */
const DOUBTFUL_MS = 500;
const DOWN_MS = 1_000;

export interface HealthOptions {
  /** Asks once; never rejects. */
  readonly check: () => Promise<boolean>;
  /** Milliseconds between two checks of a healthy upstream. */
  readonly intervalMs: number;
  readonly onChange: (healthy: boolean) => void;
}

/** The opinion of one upstream. A new one counts as healthy until its checks say otherwise. */
export class Health {
  readonly #options: HealthOptions;
  #healthy = true;
  /** Checks in a row that contradict the opinion. */
  #contradictions = 0;
  #checking = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  /** Checks now, instead of when it is next due: for the start, and after a request met a failure. */
  checkNow(): void {
    if (this.#checking || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#checking = true;
    void this.#options.check().then((good) => {
      this.#checking = false;
      if (this.#stopped) return;
      this.#judge(good);
      this.#timer = setTimeout(() => this.checkNow(), this.#nextDelay());
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #judge(good: boolean): void {
    if (good === this.#healthy) {
      this.#contradictions = 0;
      return;
    }
    this.#contradictions += 1;
    if (this.#contradictions < (this.#healthy ? FALL : RISE)) return;
    this.#healthy = good;
    this.#contradictions = 0;
    this.#options.onChange(good);
  }

  #nextDelay(): number {
    const { intervalMs } = this.#options;
    if (this.#contradictions > 0) return Math.min(DOUBTFUL_MS, intervalMs);
    return this.#healthy ? intervalMs : Math.min(DOWN_MS, intervalMs);
  }
}
