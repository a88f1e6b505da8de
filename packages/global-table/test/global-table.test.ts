import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { type GlobalTable, type GlobalTableOptions, openGlobalTable } from '../src/index.ts';

const TableName = 'tours';
const Key = { pk: { S: 'a' } };

/** A region's table, as a program there sees it. */
async function clientOf(table: GlobalTable, region: string) {
  const { url: endpoint } = await table.replica(region);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ region, endpoint, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return {
    client,
    put: (value: string) =>
      client.send(new PutItemCommand({ TableName, Item: { ...Key, value: { S: value } } })),
    value: async () => {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return Item?.['value']?.S;
    },
  };
}

async function start(options: Partial<GlobalTableOptions> = {}) {
  const table = openGlobalTable({ lagMs: () => 0, ...options });
  onTestFinished(() => table.close());
  const [us, eu] = [await clientOf(table, 'us-east-1'), await clientOf(table, 'eu-west-1')];
  await us.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  return { table, us, eu };
}

it('shows a write in its own region at once, and in the others after the lag', async () => {
  const { table, us, eu } = await start({ lagMs: () => 200 });
  await us.put('new');
  expect(await us.value()).toBe('new');
  expect(await eu.value()).toBeUndefined();
  await table.settled();
  expect(await eu.value()).toBe('new');
});

it('replicates updates and deletions, from any region', async () => {
  const { table, us, eu } = await start();
  const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
  await eu.client.send(new UpdateItemCommand({ TableName, Key, ...add }));
  await table.settled();
  expect((await us.client.send(new GetItemCommand({ TableName, Key }))).Item).toEqual({
    ...Key,
    n: { N: '1' },
  });
  await us.client.send(new DeleteItemCommand({ TableName, Key }));
  await table.settled();
  expect((await eu.client.send(new GetItemCommand({ TableName, Key }))).Item).toBeUndefined();
});

it('lets the last writer win everywhere, and checks conditions within a region alone', async () => {
  let now = 1000;
  const { table, us, eu } = await start({ lagMs: () => 100, now: () => now });
  const ifNew = { ConditionExpression: 'attribute_not_exists(pk)' };
  for (const [{ client }, value] of [
    [us, 'first'],
    [eu, 'second'],
  ] as const) {
    now += 1;
    await client.send(new PutItemCommand({ TableName, Item: { ...Key, value: { S: value } }, ...ifNew }));
  }
  expect([await us.value(), await eu.value()]).toEqual(['first', 'second']);
  await table.settled();
  expect([await us.value(), await eu.value()]).toEqual(['second', 'second']);
});

it('does not replicate a write that its condition refused', async () => {
  const { table, us, eu } = await start();
  await us.put('kept');
  await table.settled();
  const refused = us.client.send(
    new PutItemCommand({ TableName, Item: Key, ConditionExpression: 'attribute_not_exists(pk)' }),
  );
  await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  await table.settled();
  expect(await eu.value()).toBe('kept');
});

it('holds back what comes from a paused region, or goes there, until it is resumed', async () => {
  const paused = new Set(['eu-west-1']);
  const { table, us, eu } = await start({ isPaused: (region) => paused.has(region) });
  await us.put('held');
  await table.settled();
  expect(await eu.value()).toBeUndefined();
  paused.clear();
  table.resume();
  await table.settled();
  expect(await eu.value()).toBe('held');
});

it('gives a replica that joins later all that is there', async () => {
  const { table, us } = await start();
  await us.put('early');
  expect(await (await clientOf(table, 'ap-southeast-2')).value()).toBe('early');
});

it('refuses writes that it would not replicate', async () => {
  const { us } = await start();
  const batch = new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] } });
  await expect(us.client.send(batch)).rejects.toThrow('BatchWriteItem is not replicated by this emulation');
});

it('cannot be reached in a region that is down', async () => {
  const down = new Set<string>();
  const { us, eu } = await start({ isDown: (region) => down.has(region) });
  down.add('eu-west-1');
  await expect(eu.value()).rejects.toThrow();
  expect(await us.value()).toBeUndefined();
});

it('keeps everything in its folders, also what was on its way when it was closed', async () => {
  const root = await mkdtemp(join(tmpdir(), 'global-table-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = (region: string) => join(root, region);
  const first = openGlobalTable({ folder, lagMs: () => 60_000 });
  const us = await clientOf(first, 'us-east-1');
  await first.replica('eu-west-1');
  await us.client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  await us.put('kept');
  await first.close();
  const second = openGlobalTable({ folder, lagMs: () => 0 });
  onTestFinished(() => second.close());
  expect(await (await clientOf(second, 'eu-west-1')).value()).toBe('kept');
});
