import { describe, it } from 'vitest';
import { engineNames } from '../../load/command-line.ts';
import { kinds } from '../../load/outages/kinds.ts';
import { isInconclusive } from '../../load/outages/result.ts';
import { playOutage, type Scale } from '../../load/outages/run.ts';

/** Small enough for a machine that runs everything else beside it; `npm run outages` is the measurement. */
const scale: Scale = { rate: 30, seconds: 1, calmSeconds: 0.5, drainSeconds: 3, regions: 2 };

const TRIES = 2;

describe.concurrent.each(engineNames)('%s, under load', (engine) => {
  it.for(kinds)('loses no request: $title', { timeout: 300_000 }, async (kind, { skip, expect }) => {
    for (let left = TRIES; left > 0; left -= 1) {
      const result = await playOutage(kind, engine, scale);
      if (isInconclusive(result)) continue;
      const { failures, problems } = result;
      expect({ failures, problems }, JSON.stringify(result)).toEqual({ failures: {}, problems: [] });
      return;
    }
    // Visitors could not even ask: that proves nothing, either way.
    skip('the machine is too busy for visitors, each time');
  });
});
