import { describe, expect, it } from 'vitest';
import { engineNames } from '../../load/command-line.ts';
import { kinds } from '../../load/outages/kinds.ts';
import { playOutage, type Scale } from '../../load/outages/run.ts';

/** Small enough for a machine that runs everything else beside it; `npm run outages` is the measurement. */
const scale: Scale = { rate: 30, seconds: 1, calmSeconds: 0.5, drainSeconds: 3, regions: 2 };

describe.concurrent.each(engineNames)('%s, under load', (engine) => {
  const promised = kinds.filter(({ unpromised }) => unpromised?.[engine] === undefined);
  it.each(promised.map((kind) => [kind.name, kind] as const))(
    'loses no request when this happens: %s',
    { timeout: 120_000 },
    async (_name, kind) => {
      const { failures, problems } = await playOutage(kind, engine, scale);
      expect({ failures, problems }).toEqual({ failures: {}, problems: [] });
    },
  );
});
