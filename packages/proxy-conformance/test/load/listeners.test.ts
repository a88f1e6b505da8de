import { expect, it } from 'vitest';
import { engineNames } from '../../load/command-line.ts';
import { startWorld } from '../../load/world/world.ts';
import { listeningSockets, processTree } from '../../src/world/processes.ts';

it.each(engineNames)(
  '%s, with all its workers, listens on its two public ports and its admin address, and nowhere else',
  async (engine) => {
    const world = await startWorld({ engine, regions: 2, proxies: 1, workers: 2, drainSeconds: 1 });
    try {
      const [{ process, settings }] = world.edges;
      const { bind, plainBind, adminBind } = settings;
      const expected = [bind, plainBind, adminBind].map(
        (endpoint) => `${endpoint?.address}:${endpoint?.port}`,
      );
      expect(await listeningSockets(await processTree(process.pid))).toEqual(expected.toSorted());
    } finally {
      await world.close();
    }
  },
);
