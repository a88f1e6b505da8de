import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ReportedEvent } from '@isochrone/tours';
import { json, text } from './attributes.ts';
import { ask, createClient, type StoreSettings, withinDeadline } from './client.ts';
import { type Counted, type Key, keys } from './keys.ts';
import { type LiveItem, liveItemOf } from './live-item.ts';
import { readItem } from './read-item.ts';

/** What delivery needs of the store, and all that it may do there. */
export interface DeliveryStore {
  readLive(account: string, environment: string): Promise<LiveItem | undefined>;
  readPreview(sha256: string): Promise<StoredPreview | undefined>;
  count(account: string, counted: Counted, increments: Increments): Promise<void>;
  /** Fails where a read would. */
  probe(): Promise<void>;
}

export interface StoredPreview {
  /** RFC 3339. */
  readonly expiresAt: string;
  readonly data: unknown;
}

/** By attribute: an event's name, or its name and a step's id. */
export type Increments = ReadonlyMap<ReportedEvent['name'] | `${ReportedEvent['name']}:${string}`, number>;

export function openDeliveryStore(settings: StoreSettings): DeliveryStore {
  const client = createClient(settings);
  // A second attempt, where only the answer to the first was lost, would count twice.
  const once = createClient(settings, { maxAttempts: 1 });
  const read = (key: Key) => readItem(client, settings.tableName, key);
  return {
    readLive: async (account, environment) => {
      const item = await read(keys.live(account, environment));
      return item && liveItemOf(item);
    },
    readPreview: async (sha256) => {
      const item = await read(keys.preview(sha256));
      return item && { expiresAt: text(item, 'expires'), data: json(item, 'data') };
    },
    count: async (account, counted, increments) => {
      const names = [...increments.keys()];
      const command = new UpdateItemCommand({
        TableName: settings.tableName,
        Key: keys.counter(account, counted),
        UpdateExpression: `ADD ${names.map((_, index) => `#n${index} :n${index}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          [...increments.values()].map((value, index) => [`:n${index}`, { N: String(value) }]),
        ),
      });
      await ask(() => once.send(command, withinDeadline()));
    },
    probe: async () => {
      await read(keys.probe());
    },
  };
}
