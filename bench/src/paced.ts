import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './site.ts';
import { type Visiting, visit } from './visit.ts';

/** New connections in a second: fewer than the slowest contender can take. */
const PER_SECOND = 200;

export interface PacedResult {
  readonly good: number;
  readonly bad: number;
  /** Of each good request, milliseconds. */
  readonly ttfbMs: readonly number[];
}

/** Visitors who come at an even pace, each on a connection of their own. */
export async function pacedVisits(
  site: Site,
  port: number,
  seconds: number,
  visiting: Visiting,
): Promise<PacedResult> {
  const ttfbMs: number[] = [];
  let bad = 0;
  const going: Promise<void>[] = [];
  const began = performance.now();
  for (let number = 0; number < seconds * PER_SECOND; number += 1) {
    const due = began + (number * 1_000) / PER_SECOND;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    going.push(
      visit(site, port, visiting).then(
        (answer) => {
          if (answer.status === 200) ttfbMs.push(answer.ttfbMs);
          else bad += 1;
        },
        () => {
          bad += 1;
        },
      ),
    );
  }
  await Promise.all(going);
  return { good: ttfbMs.length, bad, ttfbMs };
}
