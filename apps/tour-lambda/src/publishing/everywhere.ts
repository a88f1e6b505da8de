import { setTimeout as pause } from 'node:timers/promises';
import type { Item } from '../store/attributes.ts';
import type { Key } from '../store/keys.ts';
import type { Table } from '../store/table.ts';

/** When a region had what was written. */
export interface Arrival {
  readonly region: string;
  /** Milliseconds after the wait began; absent where it was not there when the wait ended. */
  readonly afterMs?: number;
}

const PATIENCE_MS = 10_000;
const BETWEEN_READS_MS = 25;

/**
 * Waits until every replica has an item that `arrived` takes, by the read that delivery makes: whatever loads there
 * afterwards is made of it, or of something newer. After `patienceMs` it waits no more, also for a read under way.
 */
export async function waitEverywhere(
  replicas: readonly Table[],
  key: Key,
  arrived: (item: Item | undefined) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<readonly Arrival[]> {
  const began = performance.now();
  let over = false;
  const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patienceMs);
  const waitIn = async (table: Table): Promise<Arrival> => {
    const { region } = table;
    while (!over) {
      // A region that cannot be reached is one that does not have it yet.
      const item = await table.get(key).catch(() => undefined);
      if (arrived(item)) return { region, afterMs: Math.round(performance.now() - began) };
      await pause(BETWEEN_READS_MS);
    }
    return { region };
  };
  const waitInTime = (table: Table): Promise<Arrival> =>
    Promise.race([waitIn(table), timeIsUp.then(() => ({ region: table.region }))]);
  try {
    return await Promise.all(replicas.map(waitInTime));
  } finally {
    over = true;
    clearTimeout(timer);
  }
}
