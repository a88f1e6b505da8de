/** Checks in a row that change the opinion of an upstream; haproxy's `fall` and `rise`. */
const FALL = 2;
const RISE = 2;

/** Milliseconds until the next check while the opinion is about to change, and while an upstream is down. */
const DOUBTFUL_MS = 500;
const DOWN_MS = 1_000;

/** Milliseconds for which an upstream that failed requests is asked last, however well its checks go. */
const SUSPECT_MS = 1_000;

export interface HealthOptions {
  /** Asks once; never rejects. */
  readonly check: () => Promise<boolean>;
  /** Milliseconds between two checks of a healthy upstream. */
  readonly intervalMs: number;
  readonly onChange: (state: HealthState) => void;
}

/** A suspect is asked when nobody else is left; an unhealthy one is not asked at all. */
export type HealthState = 'healthy' | 'suspect' | 'unhealthy';

/** The opinion of one upstream. A new one counts as healthy until its checks say otherwise. */
export class Health {
  readonly #options: HealthOptions;
  #healthy = true;
  #suspectSince: number | undefined;
  /** Checks in a row that contradict the opinion. */
  #contradictions = 0;
  #checking = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get state(): HealthState {
    if (!this.#healthy) return 'unhealthy';
    return this.#suspectSince === undefined ? 'healthy' : 'suspect';
  }

  /** Puts the upstream behind all others until a check goes well. */
  suspect(): void {
    const before = this.state;
    this.#suspectSince = performance.now();
    if (before === 'healthy') this.#options.onChange(this.state);
    this.checkNow();
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
    const before = this.state;
    if (good && this.#suspectSince !== undefined && performance.now() - this.#suspectSince >= SUSPECT_MS)
      this.#suspectSince = undefined;
    if (good === this.#healthy) {
      this.#contradictions = 0;
    } else {
      this.#contradictions += 1;
      if (this.#contradictions >= (this.#healthy ? FALL : RISE)) {
        this.#healthy = good;
        this.#contradictions = 0;
        this.#suspectSince = undefined;
      }
    }
    if (this.state !== before) this.#options.onChange(this.state);
  }

  #nextDelay(): number {
    const { intervalMs } = this.#options;
    if (this.#contradictions > 0 || this.state === 'suspect') return Math.min(DOUBTFUL_MS, intervalMs);
    return this.#healthy ? intervalMs : Math.min(DOWN_MS, intervalMs);
  }
}
