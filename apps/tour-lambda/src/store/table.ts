import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';
import { ask, createClient, type StoreSettings, withinDeadline } from './client.ts';
import { type Key, keyOf, type Range } from './keys.ts';
import { readItem } from './read-item.ts';

/** The table of one region, as publishing uses it. Every read is strongly consistent. */
export interface Table {
  readonly region: string;
  get(key: Key): Promise<Item | undefined>;
  query(range: Range, options?: QueryOptions): Promise<Page>;
  /** Writes an item if nobody else has since; false where somebody has. */
  putIf(put: ConditionalPut): Promise<boolean>;
  put(key: Key, attributes: Item): Promise<void>;
  remove(key: Key): Promise<void>;
}

export interface QueryOptions {
  readonly limit?: number;
  /** The sort key after which to go on. */
  readonly after?: string;
  readonly descending?: boolean;
}

export interface Page {
  readonly items: readonly Item[];
  /** The last sort key, where there is more. */
  readonly next?: string;
}

export interface ConditionalPut {
  readonly key: Key;
  readonly attributes: Item;
  /** The attribute that counts the item's writes, and what it must still be; 0 stands for no item at all. */
  readonly counter: string;
  readonly previous: number;
}

export function openTable(settings: StoreSettings): Table {
  return tableOf(createClient(settings), settings);
}

export function tableOf(client: DynamoDBClient, { region, tableName }: StoreSettings): Table {
  const get = (key: Key): Promise<Item | undefined> => readItem(client, tableName, key);
  return {
    region,
    get,
    query: ({ pk, prefix }, options = {}) => queryOnce(client, tableName, { pk, prefix }, options),
    putIf: async ({ key, attributes, counter, previous }) => {
      // Where the answer to a write is lost, the SDK's second attempt fails on what the first one wrote. Every
      // write leaves its mark in the item, so that it knows itself again. (DynamoDB would send the item along
      // with the failure, other stores of its protocol do not: it is read.)
      const mark = randomUUID();
      const command = new PutItemCommand({
        TableName: tableName,
        Item: { ...key, ...attributes, writer: { S: mark } },
        ...unchanged(counter, previous),
      });
      const written = await ask(() => client.send(command, withinDeadline()).then(() => true, refused));
      return written || (await get(key))?.['writer']?.S === mark;
    },
    put: async (key, attributes) => {
      const command = new PutItemCommand({ TableName: tableName, Item: { ...key, ...attributes } });
      await ask(() => client.send(command, withinDeadline()));
    },
    remove: async (key) => {
      const command = new DeleteItemCommand({ TableName: tableName, Key: key });
      await ask(() => client.send(command, withinDeadline()));
    },
  };
}

/** All items of a range; a page of DynamoDB's ends at 1 MB. */
export async function queryAll(table: Table, range: Range): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page: Page = await table.query(range, after === undefined ? {} : { after });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

async function queryOnce(
  client: DynamoDBClient,
  tableName: string,
  { pk, prefix }: Range,
  { limit, after, descending = false }: QueryOptions,
): Promise<Page> {
  const command = new QueryCommand({
    TableName: tableName,
    ConsistentRead: true,
    ScanIndexForward: !descending,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': { S: pk }, ':prefix': { S: prefix } },
    ...(limit === undefined ? {} : { Limit: limit }),
    ...(after === undefined ? {} : { ExclusiveStartKey: keyOf(pk, after) }),
  });
  const { Items = [], LastEvaluatedKey } = await ask(() => client.send(command, withinDeadline()));
  const next = LastEvaluatedKey?.['sk']?.S;
  return { items: Items, ...(next === undefined ? {} : { next }) };
}

function refused(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}

function unchanged(counter: string, previous: number): Partial<PutItemCommandInput> {
  if (previous === 0) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#counter = :previous',
    ExpressionAttributeNames: { '#counter': counter },
    ExpressionAttributeValues: { ':previous': { N: String(previous) } },
  };
}
