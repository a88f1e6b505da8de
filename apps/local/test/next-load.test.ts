import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorldDescription } from '../src/world-description.ts';
import { startVisitors, type Visitors } from './support/visitors.ts';
import { startWorldProcess, type WorldProcess } from './support/world-process.ts';

const LAG_MS = 700;

describe('a publish', () => {
  let process: WorldProcess;
  let world: WorldDescription;
  let visitors: Visitors;

  beforeAll(async () => {
    process = await startWorldProcess({ args: ['--replication-lag', String(LAG_MS)] });
    world = await process.describe();
    visitors = await startVisitors(world);
  });
  afterAll(async () => {
    await visitors?.[Symbol.asyncDispose]();
    await process?.[Symbol.asyncDispose]();
  });

  it('that waits is seen at the next load in every region once it has answered', async () => {
    for (const title of ['First', 'Second', 'Third']) {
      const took = await visitors.publish(title, '?wait=all');
      expect(took).toBeGreaterThan(LAG_MS / 2);
      for (const { name } of world.regions) expect(await visitors.titleAtNextLoad(name)).toBe(title);
    }
  });

  it('that does not wait is seen at the next load in the home region', async () => {
    for (const title of ['Fourth', 'Fifth']) {
      await visitors.publish(title);
      expect(await visitors.titleAtNextLoad(world.table.home)).toBe(title);
    }
  });
});
