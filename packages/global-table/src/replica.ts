import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type dynalite from 'dynalite';
import { oneAtATime } from './in-turn.ts';
import { type Item, isItem, isUnknownWrite, isWrite, objectIn, operationOf, writeIn } from './operation.ts';
import { type Answer, openProtocol } from './protocol.ts';
import { closed, listening } from './serving.ts';

/** When an item was written last, and where: the later one wins, between equals the region that sorts last. */
export interface Stamp {
  readonly time: number;
  readonly region: string;
}

/** An item's address. */
export interface ItemAddress {
  readonly table: string;
  readonly key: Item;
}

/** The table of one region. */
export interface Replica {
  readonly region: string;
  /** Of DynamoDB's protocol. */
  readonly url: string;
  /** The item as it is now, and when it came to be so. */
  read(address: ItemAddress): Promise<{ readonly item: Item | undefined; readonly stamp: Stamp | undefined }>;
  /** Takes over what another region wrote, unless this one has something newer. */
  apply(address: ItemAddress, item: Item | undefined, stamp: Stamp): Promise<void>;
  items(table: string): Promise<readonly Item[]>;
  keyOf(table: string, item: Item): Promise<Item>;
  tables(): Promise<readonly string[]>;
  /** Makes a table that another region has. */
  adopt(definition: Readonly<Record<string, unknown>>): Promise<void>;
  describe(table: string): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

export interface ReplicaOptions {
  readonly region: string;
  readonly database: ReturnType<typeof dynalite>;
  /** Whether clients cannot reach it; asked for every request. */
  readonly isDown: () => boolean;
  readonly now: () => number;
  readonly onWrite: (address: ItemAddress) => void;
  readonly onCreateTable: (body: string) => Promise<void>;
}

export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  const { region, database, isDown, now, onWrite, onCreateTable } = options;
  const protocol = await openProtocol(database);
  const stamps = new Map<string, Stamp>();
  const keyNames = new Map<string, readonly string[]>();
  // A write and its stamp are one step, so that nothing from elsewhere comes between.
  const inTurn = oneAtATime();

  const keyOf = async (table: string, item: Item): Promise<Item> => {
    const names = keyNames.get(table) ?? (await protocol.keyNames(table));
    keyNames.set(table, names);
    return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
  };
  const place = ({ table, key }: ItemAddress): string =>
    JSON.stringify([table, Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

  const write = (body: string, headers: IncomingHttpHeaders): Promise<Answer> =>
    inTurn(async () => {
      const answer = await protocol.forward(body, headers);
      const change = answer.status === 200 ? writeIn(body) : undefined;
      if (change) {
        const address = { table: change.table, key: await keyOf(change.table, change.names) };
        const before = stamps.get(place(address))?.time ?? 0;
        stamps.set(place(address), { time: Math.max(now(), before + 1), region });
        onWrite(address);
      }
      return answer;
    });

  const door = createServer((request, response) => {
    if (isDown()) return void request.socket.resetAndDestroy();
    const operation = operationOf(request.headers['x-amz-target']?.toString());
    if (isUnknownWrite(operation)) return refuse(response, operation);
    // Reads, and all that is not about items, go straight to the database.
    if (!isWrite(operation) && operation !== 'CreateTable') {
      database.emit('request', request, response);
      return;
    }
    void bodyOf(request)
      .then(async (body) => {
        const answer = isWrite(operation)
          ? await write(body, request.headers)
          : await protocol.forward(body, request.headers);
        if (operation === 'CreateTable' && answer.status === 200) await onCreateTable(body);
        response.writeHead(answer.status, answer.headers).end(answer.body);
      })
      .catch(() => response.destroy());
  });
  const url = await listening(door);

  return {
    region,
    url,
    keyOf,
    read: async (address) => ({
      item: await protocol.get(address.table, address.key),
      stamp: stamps.get(place(address)),
    }),
    apply: (address, item, stamp) =>
      inTurn(async () => {
        const own = stamps.get(place(address));
        if (own && !isLater(stamp, own)) return;
        if (item) await protocol.call('PutItem', { TableName: address.table, Item: item });
        else await protocol.call('DeleteItem', { TableName: address.table, Key: address.key });
        stamps.set(place(address), stamp);
      }),
    items: async (table) => {
      const items: Item[] = [];
      let from: unknown;
      do {
        const page = await protocol.call('Scan', {
          TableName: table,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        });
        if (Array.isArray(page['Items'])) items.push(...page['Items'].filter(isItem));
        from = page['LastEvaluatedKey'];
      } while (from !== undefined);
      return items;
    },
    tables: async () => {
      const { TableNames: names } = await protocol.call('ListTables', {});
      return Array.isArray(names) ? names.map(String) : [];
    },
    adopt: async (definition) => {
      try {
        await protocol.call('CreateTable', definition);
      } catch (error) {
        if (!String(error).includes('ResourceInUseException')) throw error;
      }
    },
    describe: async (table) =>
      objectIn(JSON.stringify((await protocol.call('DescribeTable', { TableName: table }))['Table'])),
    close: async () => {
      await closed(door);
      await protocol.close();
    },
  };
}

const isLater = (a: Stamp, b: Stamp): boolean =>
  a.time > b.time || (a.time === b.time && a.region > b.region);

function refuse(response: ServerResponse, operation: string): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(
    JSON.stringify({
      __type: 'com.amazonaws.dynamodb.v20120810#ValidationException',
      message: `${operation} is not replicated by this emulation: use PutItem, UpdateItem or DeleteItem`,
    }),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
