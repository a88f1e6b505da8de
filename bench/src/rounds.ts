import type { Contender } from './contender.ts';
import { faultsOf } from './correctness.ts';
import { startContender } from './running.ts';
import { type Measurement, type Scenario, scenarios } from './scenarios.ts';
import type { Site } from './site.ts';

/** By contender, then by scenario: a measurement for each round. */
export type Rounds = ReadonlyMap<string, ReadonlyMap<Scenario['name'], readonly Measurement[]>>;

export interface RoundsOptions {
  readonly site: Site;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly onProgress: (line: string) => void;
}

export interface RoundsResult {
  readonly measured: Rounds;
  /** Contenders that may not take part, and why. */
  readonly disqualified: ReadonlyMap<string, string>;
}

/** Every contender after the other, and then all again: what the machine does meanwhile meets all of them alike. */
export async function playRounds(options: RoundsOptions): Promise<RoundsResult> {
  const { site, contenders, rounds, seconds, onProgress } = options;
  const measured = new Map<string, Map<Scenario['name'], Measurement[]>>();
  const disqualified = new Map<string, string>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      if (disqualified.has(contender.name)) continue;
      const taken = measured.get(contender.name) ?? new Map<Scenario['name'], Measurement[]>();
      measured.set(contender.name, taken);
      try {
        await playOne(site, contender, seconds, taken);
        onProgress(`round ${round} of ${rounds}: ${contender.name} ${summaryOf(taken)}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        disqualified.set(contender.name, reason);
        measured.delete(contender.name);
        onProgress(`${contender.name} takes no part: ${reason}`);
      }
    }
  }
  return { measured, disqualified };
}

async function playOne(
  site: Site,
  contender: Contender,
  seconds: number,
  taken: Map<Scenario['name'], Measurement[]>,
): Promise<void> {
  const running = await startContender(contender, site);
  try {
    const faults = await faultsOf(site, running.port);
    if (faults.length > 0) throw new Error(faults.join('; '));
    for (const { name, http2, measure } of scenarios) {
      if (http2 && !contender.http2) continue;
      const measurement = await measure(running, seconds);
      if (measurement.bad > 0) throw new Error(`${measurement.bad} wrong answers in ${name}`);
      taken.set(name, [...(taken.get(name) ?? []), measurement]);
    }
  } finally {
    await running.stop();
  }
}

const summaryOf = (taken: ReadonlyMap<string, readonly Measurement[]>): string =>
  [...taken]
    .map(([name, measurements]) => `${name} ${Math.round(measurements.at(-1)?.cpuMicros ?? 0)} µs`)
    .join(', ');
