import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `look` finds something; gives up after `seconds`: 60 are longer than any of the edge's own time-outs. */
export async function eventually<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  what = 'what was waited for',
  seconds = 60,
): Promise<Found> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what} did not come within ${seconds} s`);
    await sleep(10);
  }
}

/** Fails after `seconds`, for a race against what should come before. */
export const tooLate = async (seconds: number, what: string): Promise<never> => {
  await sleep(seconds * 1_000, undefined, { ref: false });
  throw new Error(`${what} did not come within ${seconds} s`);
};
