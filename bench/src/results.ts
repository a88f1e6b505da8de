import type { Distance } from './distance.ts';
import type { DnsFigures, FunctionFigures, PublishFigures } from './neighbours.ts';
import type { Scenario } from './scenarios.ts';
import type { Figure } from './statistics.ts';
import type { Tooling } from './tooling.ts';

/** One scenario of one contender, over all rounds. */
export interface Measured {
  /** Microseconds of CPU for each good request. */
  readonly cpu: Figure;
  readonly perSecond: number | undefined;
  /** Milliseconds. */
  readonly ttfb: number | undefined;
}

export interface Entrant {
  readonly name: string;
  readonly title: string;
  readonly measured: Readonly<Partial<Record<Scenario['name'], Measured>>>;
  readonly distance: Distance | undefined;
  /** Why it takes no part. */
  readonly disqualified: string | undefined;
}

/** Where and with what it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  /** By name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Everything that one run found out; parts that were left out are undefined. */
export interface BenchResult {
  readonly machine: Machine;
  /** Whether it was a run for a look alone: `--quick`, or of some contenders. */
  readonly partial: boolean;
  readonly rounds: number;
  readonly entrants: readonly Entrant[];
  readonly roundTripMs: number;
  readonly silenceSeconds: number;
  readonly function: FunctionFigures | undefined;
  readonly dns: DnsFigures | undefined;
  readonly tooling: readonly Tooling[] | undefined;
  readonly publish: PublishFigures | undefined;
  /** Parts that could not be measured, and why. */
  readonly missing: Readonly<Record<string, string>>;
}
