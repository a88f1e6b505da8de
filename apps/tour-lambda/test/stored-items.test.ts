import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { createClient } from '../src/store/client.ts';
import { openPublishingStore } from '../src/store/publishing-store.ts';
import { keys } from '../src/store/table.ts';
import { functionsOn, jsonOf, textOf } from './functions.ts';
import { startStore } from './store.ts';

it('does not send a kept script for another payload of the same revision', async () => {
  const settings = await startStore();
  const { deliver } = functionsOn(settings);
  await deliver({ path: '/acme.js' });
  const client = createClient(settings);
  const restored = { ...keys.live('acme'), rev: { N: '1' }, payload: { S: '{"format":1,"tours":[]}' } };
  await client.send(new PutItemCommand({ TableName: settings.tableName, Item: restored }));
  client.destroy();
  expect(textOf(await deliver({ path: '/acme.js' }))).toContain('\\"tours\\":[]');
});

it.each(['{"format":2,"tours":[]}', '{', 'null'])(
  'answers 500, and tells nothing, where %s is live',
  async (payload) => {
    const settings = await startStore();
    await openPublishingStore(settings).replaceLive('acme', { revision: 2, payload });
    const { deliver, logged } = functionsOn(settings);
    const answer = await deliver({ path: '/acme.js' });
    expect(jsonOf(answer)).toEqual({ status: 500, title: 'Internal Server Error', code: logged[0]?.code });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
  },
);
