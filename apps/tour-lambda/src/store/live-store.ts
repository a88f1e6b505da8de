import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ask, createClient, type StoreSettings, withinDeadline } from './client.ts';
import { count, type Key, keys, text } from './table.ts';

/** All that is live in one account. */
export interface LiveItem {
  /** Rises by one with every publish. */
  readonly revision: number;
  /** The compiled tours as JSON text. */
  readonly payload: string;
}

/** What delivery needs of the store. */
export interface LiveStore {
  /** A strongly consistent read: the answer counts every publish that was confirmed before. */
  readLive(account: string): Promise<LiveItem | undefined>;
  /** Fails where a read would. */
  probe(): Promise<void>;
}

export function openLiveStore(settings: StoreSettings): LiveStore {
  const client = createClient(settings);
  return {
    readLive: (account) => readLive(client, settings.tableName, account),
    probe: async () => {
      await readItem(client, settings.tableName, keys.probe());
    },
  };
}

export async function readLive(
  client: DynamoDBClient,
  tableName: string,
  account: string,
): Promise<LiveItem | undefined> {
  const item = await readItem(client, tableName, keys.live(account));
  return item && { revision: count(item, 'rev'), payload: text(item, 'payload') };
}

export async function readItem(client: DynamoDBClient, TableName: string, Key: Key) {
  const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
  const { Item } = await ask(() => client.send(command, withinDeadline()));
  return Item;
}
