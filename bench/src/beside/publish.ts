import { z } from 'zod';
import type { Figure } from '../results.ts';
import { jsonCommand } from './json-command.ts';

const schema = z.object({
  replicationLagMs: z.number(),
  regions: z.array(
    z.object({ region: z.string(), home: z.boolean(), medianMs: z.number(), worstMs: z.number() }),
  ),
});

/** From sending a publish to the local world until a region's proxy serves it. */
export async function measurePublish(publishes: number): Promise<readonly Figure[]> {
  const { regions, replicationLagMs } = await jsonCommand(
    'apps/local/bench/publish.ts',
    [String(publishes)],
    schema,
  );
  return regions.map(({ region, home, medianMs }) => ({
    id: `publish-${region}`,
    title: `publish until served in ${region}${home ? ', the home' : `, ${replicationLagMs} ms of them replication`}, median`,
    value: medianMs,
    unit: 'ms',
  }));
}
