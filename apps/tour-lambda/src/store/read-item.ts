import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';
import { ask, withinDeadline } from './client.ts';
import type { Key } from './keys.ts';

/** A strongly consistent read: the answer counts every write of this region that was confirmed before. */
export async function readItem(
  client: DynamoDBClient,
  TableName: string,
  Key: Key,
): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
  const { Item } = await ask(() => client.send(command, withinDeadline()));
  return Item;
}
