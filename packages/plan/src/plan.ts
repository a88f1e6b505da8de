import type { Topology } from '@isochrone/topology';
import { buildUp } from './build-up.ts';
import { type Cost, costBetween, DEFAULT_TRAFFIC, type Traffic } from './cost.ts';
import { dangersOf } from './dangers.ts';
import type { Danger } from './errors.ts';
import { type CityMove, movesBetween } from './movers.ts';
import { sidesOf } from './sides.ts';
import type { Step } from './step.ts';
import { type Summary, summarize } from './summary.ts';
import { tearDown } from './tear-down.ts';

/** What it takes to make one topology of another. */
export interface Plan {
  readonly summary: Summary;
  /** In order; empty where nothing changes. */
  readonly steps: readonly Step[];
  /** One for each watched city. */
  readonly moves: readonly CityMove[];
  readonly cost: Cost;
  readonly dangers: readonly Danger[];
}

export interface PlanOptions {
  /** Whether the health check of this id is healthy now; all are unless given. */
  readonly isUp?: (check: string) => boolean;
  readonly traffic?: Traffic;
}

/**
 * Plans the change from one topology to another: a pure function, which asks nobody.
 *
 * @param from what is deployed; null for a first deploy
 */
export function planChange(from: Topology | null, to: Topology, options: PlanOptions = {}): Plan {
  const { isUp = () => true, traffic = DEFAULT_TRAFFIC } = options;
  const sides = sidesOf(from, to);
  const steps = [...buildUp(sides), ...tearDown(sides)];
  return {
    summary: summarize(sides, steps),
    steps,
    moves: movesBetween(sides, isUp),
    cost: costBetween(from, to, traffic),
    dangers: dangersOf(sides, isUp),
  };
}
