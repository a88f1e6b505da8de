export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail?: string;
}

/** What was checked so far; a check that fails stops nothing but itself. */
export class Checks {
  readonly all: Check[] = [];
  readonly #limits = new Map<string, string>();

  /** What an emulator is known not to keep of what it was given, and what it said instead. */
  get limits(): readonly (readonly [limit: string, found: string])[] {
    return [...this.#limits];
  }

  /** Runs one check; it fails where `run` throws. What `run` returns is told beside its name. */
  async check<T>(name: string, run: () => Promise<T> | T): Promise<T | undefined> {
    try {
      const result = await run();
      const detail = typeof result === 'string' ? result : undefined;
      this.#add({ name, passed: true, ...(detail === undefined ? {} : { detail }) });
      return result;
    } catch (error) {
      this.#add({ name, passed: false, detail: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  /** A check that an emulator is known to fail. One that passes is a failure: then the limit is none, and hides things. */
  async limit(limit: string, run: () => Promise<unknown>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#limits.set(limit, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#add({ name: limit, passed: false, detail: 'is no limit any more: make it a check' });
  }

  #add(check: Check): void {
    this.all.push(check);
    console.log(
      `${check.passed ? 'ok    ' : 'FAILED'}  ${check.name}${check.detail ? `: ${check.detail}` : ''}`,
    );
  }
}

export function expectEqual(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: expected ${b}, found ${a}`);
}
