import type { Measured, Results, Row } from '../src/results.ts';
import type { ScenarioId } from '../src/scenarios.ts';
import { spreadOf } from '../src/statistics.ts';

const measured = (cpuUs: number): Measured => ({
  cpuUs: spreadOf([cpuUs * 0.9, cpuUs, cpuUs * 1.1]),
  perSecond: spreadOf([1e6 / cpuUs]),
});

export function rowOf(id: string, cpuUs: Readonly<Partial<Record<ScenarioId, number>>>): Row {
  return {
    id,
    title: `the ${id}`,
    http2: true,
    absent: null,
    measured: Object.fromEntries(
      Object.entries(cpuUs).map(([scenario, value]) => [scenario, measured(value)]),
    ),
  };
}

export const resultsOf = (rows: readonly Row[], more: Partial<Results> = {}): Results => ({
  machine: { cpu: 'a CPU', cores: 2, kernel: '6.1', versions: { Node: '24.0.0' } },
  rounds: 3,
  seconds: 3,
  minutes: 12,
  rows,
  figures: [],
  profile: [],
  ...more,
});
