import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { parseTour, type Tour } from '@isochrone/tours';
import { ask, createClient, type StoreSettings, withinDeadline } from './client.ts';
import { type LiveItem, readItem, readLive } from './live-store.ts';
import { putIf } from './put-if.ts';
import { accountPartition, count, type Item, invalidItem, keys, TOUR_PREFIX, text } from './table.ts';

/** Whose key it is, and what it may do. */
export interface PublishingKey {
  readonly account: string;
  readonly scopes: ReadonlySet<string>;
}

export interface StoredTour {
  readonly tour: Tour;
  /** Rises by one with every write. */
  readonly version: number;
}

/** What publishing needs of the store. Every read is strongly consistent; the writes are conditional. */
export interface PublishingStore {
  findKey(sha256: string): Promise<PublishingKey | undefined>;
  readTour(account: string, tour: string): Promise<StoredTour | undefined>;
  listTours(account: string): Promise<readonly StoredTour[]>;
  readLive(account: string): Promise<LiveItem | undefined>;
  /** False where the stored version is no longer `previous` (0: the tour does not exist). */
  writeTour(account: string, tour: Tour, previous: number): Promise<boolean>;
  /** False where the live revision is no longer `next.revision - 1`. */
  replaceLive(account: string, next: LiveItem): Promise<boolean>;
}

export function openPublishingStore(settings: StoreSettings): PublishingStore {
  return publishingStore(createClient(settings), settings.tableName);
}

export function publishingStore(client: DynamoDBClient, tableName: string): PublishingStore {
  return {
    async findKey(sha256) {
      const item = await readItem(client, tableName, keys.publishingKey(sha256));
      return item && { account: text(item, 'account'), scopes: new Set(item['scopes']?.SS) };
    },
    async readTour(account, tour) {
      const item = await readItem(client, tableName, keys.tour(account, tour));
      return item && storedTourOf(item);
    },
    listTours: (account) => listTours(client, tableName, account),
    readLive: (account) => readLive(client, tableName, account),
    writeTour: (account, tour, previous) =>
      putIf(client, {
        tableName,
        key: keys.tour(account, tour.id),
        attributes: { v: { N: String(previous + 1) }, tour: { S: JSON.stringify(tour) } },
        counter: 'v',
        previous,
      }),
    replaceLive: (account, { revision, payload }) =>
      putIf(client, {
        tableName,
        key: keys.live(account),
        attributes: { rev: { N: String(revision) }, payload: { S: payload } },
        counter: 'rev',
        previous: revision - 1,
      }),
  };
}

async function listTours(
  client: DynamoDBClient,
  tableName: string,
  account: string,
): Promise<readonly StoredTour[]> {
  const tours: StoredTour[] = [];
  let from: Item | undefined;
  do {
    const page = new QueryCommand({
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :account AND begins_with(sk, :tour)',
      ExpressionAttributeValues: { ':account': accountPartition(account), ':tour': { S: TOUR_PREFIX } },
      ...(from === undefined ? {} : { ExclusiveStartKey: from }),
    });
    const { Items = [], LastEvaluatedKey } = await ask(() => client.send(page, withinDeadline()));
    tours.push(...Items.map(storedTourOf));
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return tours;
}

function storedTourOf(item: Item): StoredTour {
  const result = parseTour(jsonOf(item));
  if (result.ok) return { tour: result.tour, version: count(item, 'v') };
  throw invalidItem(item, 'tour', result.problems);
}

function jsonOf(item: Item): unknown {
  const json = text(item, 'tour');
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw invalidItem(item, 'tour', cause);
  }
}
