import type { EngineName } from '@isochrone/engines';
import { describe, expect, it } from 'vitest';
import { engineNames } from '../../load/command-line.ts';
import type { Kind } from '../../load/outages/kind.ts';
import { kinds } from '../../load/outages/kinds.ts';
import { isInconclusive, type RunResult } from '../../load/outages/result.ts';
import { playOutage, type Scale } from '../../load/outages/run.ts';

/** Small enough for a machine that runs everything else beside it; `npm run outages` is the measurement. */
const scale: Scale = { rate: 30, seconds: 1, calmSeconds: 0.5, drainSeconds: 3, regions: 2 };

const TRIES = 3;

/** A run in which the machine stood still proves nothing, either way. */
async function playConclusively(kind: Kind, engine: EngineName): Promise<RunResult> {
  for (let left = TRIES; ; left -= 1) {
    const result = await playOutage(kind, engine, scale);
    if (left === 1 || !isInconclusive(result)) return result;
  }
}

describe.concurrent.each(engineNames)('%s, under load', (engine) => {
  const promised = kinds
    .filter(({ unpromised }) => unpromised?.[engine] === undefined)
    .filter(
      ({ name }) => engine === 'haproxy' || !['reload', 'certificate-change', 'worker-kill'].includes(name),
    );
  it.each(promised.map((kind) => [kind.name, kind] as const))(
    'loses no request when this happens: %s',
    { timeout: 120_000 },
    async (_name, kind) => {
      const result = await playConclusively(kind, engine);
      const { failures, problems } = result;
      expect({ failures, problems }).toEqual({ failures: {}, problems: [] });
    },
  );
});
