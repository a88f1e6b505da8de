import { expect, it } from 'vitest';
import { engineNames } from '../../load/command-line.ts';
import { startWorld } from '../../load/world/world.ts';
import { processTree, tcpSocketsOf } from '../../src/world/processes.ts';

it.each(engineNames)(
  '%s listens on its two public ports and on its admin address, and nowhere else',
  async (engine) => {
    const world = await startWorld({ engine, regions: 2, proxies: 1, workers: 2, drainSeconds: 1 });
    try {
      const [{ process, settings }] = world.edges;
      const listeners = tcpSocketsOf(processTree(process.pid)).filter(({ listens }) => listens);
      const found = new Set(listeners.map(({ local }) => `${local.address}:${local.port}`));
      const { bind, plainBind, adminBind } = settings;
      const expected = [bind, plainBind, adminBind].map(
        (endpoint) => `${endpoint?.address}:${endpoint?.port}`,
      );
      expect([...found].sort()).toEqual(expected.sort());
    } finally {
      await world.close();
    }
  },
);
