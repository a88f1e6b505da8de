import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { ask, withinDeadline } from './client.ts';
import { readItem } from './live-store.ts';
import type { Item, Key } from './table.ts';

export interface ConditionalPut {
  readonly tableName: string;
  readonly key: Key;
  readonly attributes: Item;
  /** The attribute that counts the item's writes, and what it must still be; 0 stands for no item at all. */
  readonly counter: string;
  readonly previous: number;
}

/**
 * Writes an item if nobody else has since; false where somebody has.
 *
 * Where the answer to a write is lost, the SDK's second attempt fails on what the first one wrote. Every write
 * leaves its mark in the item, so that it knows itself again. (DynamoDB would send the item along with the
 * failure, other stores of its protocol do not: it is read.)
 */
export async function putIf(
  client: DynamoDBClient,
  { tableName, key, attributes, counter, previous }: ConditionalPut,
): Promise<boolean> {
  const mark = randomUUID();
  const command = new PutItemCommand({
    TableName: tableName,
    Item: { ...key, ...attributes, writer: { S: mark } },
    ...unchanged(counter, previous),
  });
  const written = await ask(() => client.send(command, withinDeadline()).then(() => true, refused));
  return written || (await readItem(client, tableName, key))?.['writer']?.S === mark;
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
