import dynalite from 'dynalite';
import { objectIn } from './operation.ts';
import { type ItemAddress, openReplica, type Replica } from './replica.ts';

/**
 * DynamoDB global tables with eventual consistency, on this machine: a database in each region, of which each takes
 * writes and passes them on to the others after a while. Conditions hold within a region; between regions the last
 * writer wins, item by item
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html).
 */
export interface GlobalTable {
  readonly regions: () => readonly string[];
  /** Opens the region's replica where it is not open yet, with all that the others have. */
  replica(region: string): Promise<Replica>;
  /** Delivers what was held back, where nothing holds it back any more. */
  resume(): void;
  /** Resolves when everything that was written is everywhere, but for what is held back. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface GlobalTableOptions {
  /** Folder of a region's database; in memory without it. */
  readonly folder?: (region: string) => string;
  /** Milliseconds that a write takes to reach the other regions; asked for every write. */
  readonly lagMs: () => number;
  /** Whether clients cannot reach a region's table. */
  readonly isDown?: (region: string) => boolean;
  /** Whether nothing is replicated from or to a region. */
  readonly isPaused?: (region: string) => boolean;
  readonly now?: () => number;
}

/** A write on its way to one region. */
interface Delivery {
  readonly from: Replica;
  readonly to: Replica;
  readonly address: ItemAddress;
}

export function openGlobalTable(options: GlobalTableOptions): GlobalTable {
  const { folder, lagMs, isDown = () => false, isPaused = () => false, now = Date.now } = options;
  const replicas = new Map<string, Promise<Replica>>();
  const onTheWay = new Map<NodeJS.Timeout, Delivery>();
  const underWay = new Set<Promise<void>>();
  let held: readonly Delivery[] = [];

  const deliver = (delivery: Delivery): void => {
    const { from, to, address } = delivery;
    if (isPaused(from.region) || isPaused(to.region)) {
      held = [...held, delivery];
      return;
    }
    // What is there now: a later write of the same item overtakes an earlier one, as it may.
    const done = from
      .read(address)
      .then(({ item, stamp }) => (stamp ? to.apply(address, item, stamp) : undefined))
      .catch(() => {})
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };

  const others = async (region: string): Promise<readonly Replica[]> =>
    (await Promise.all(replicas.values())).filter((replica) => replica.region !== region);

  const send = async (region: string, address: ItemAddress): Promise<void> => {
    const from = await replicas.get(region);
    if (from === undefined) return;
    for (const to of await others(region)) {
      const timer = setTimeout(() => {
        onTheWay.delete(timer);
        deliver({ from, to, address });
      }, lagMs());
      onTheWay.set(timer, { from, to, address });
    }
  };

  const open = async (region: string): Promise<Replica> => {
    const known = await Promise.all(replicas.values());
    const path = folder?.(region);
    const replica = await openReplica({
      region,
      database: dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) }),
      isDown: () => isDown(region),
      now,
      onWrite: (address) => void send(region, address),
      // A global table has its replicas from the start, with nothing to wait for.
      onCreateTable: async (body) => {
        for (const other of await others(region)) await other.adopt(objectIn(body));
      },
    });
    const [first] = known;
    if (first) await backfill(first, replica);
    return replica;
  };

  return {
    regions: () => [...replicas.keys()],
    replica: (region) => {
      const known = replicas.get(region);
      if (known) return known;
      const opened = open(region);
      replicas.set(region, opened);
      return opened;
    },
    resume: () => {
      const waiting = held;
      held = [];
      waiting.forEach(deliver);
    },
    settled: async () => {
      while (onTheWay.size > 0 || underWay.size > 0) {
        await Promise.all(underWay);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    close: async () => {
      // What is kept in folders must not miss, at the next start, what was on its way.
      for (const [timer, delivery] of onTheWay) {
        clearTimeout(timer);
        deliver(delivery);
      }
      onTheWay.clear();
      await Promise.all(underWay);
      for (const replica of await Promise.all(replicas.values())) await replica.close();
    },
  };
}

/**
 * Gives a new replica what the first one has, which stands for all of them; and that one what only the new one has,
 * where it is not so new, but was ended before it could tell.
 */
async function backfill(from: Replica, to: Replica): Promise<void> {
  for (const table of await from.tables()) {
    await to.adopt(definitionOf(await from.describe(table)));
    const known = new Set<string>();
    for (const item of await from.items(table)) {
      const key = await from.keyOf(table, item);
      known.add(JSON.stringify(key));
      await to.apply({ table, key }, item, { time: 0, region: from.region });
    }
    for (const item of await to.items(table)) {
      const key = await to.keyOf(table, item);
      if (!known.has(JSON.stringify(key)))
        await from.apply({ table, key }, item, { time: 0, region: to.region });
    }
  }
}

const definitionOf = (table: Readonly<Partial<Record<string, unknown>>>) => ({
  TableName: table['TableName'],
  AttributeDefinitions: table['AttributeDefinitions'],
  KeySchema: table['KeySchema'],
  BillingMode: 'PAY_PER_REQUEST',
});
