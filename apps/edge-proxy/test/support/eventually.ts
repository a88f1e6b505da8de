import { vi } from 'vitest';

/** Asserts again and again until it holds, with time enough for a busy machine. */
export const eventually = <Result>(assertion: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(assertion, { timeout: 60_000 });
