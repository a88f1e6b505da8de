import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { hashOfKey } from '../src/publishing/authorise.ts';
import { createClient } from '../src/store/client.ts';
import { keys } from '../src/store/table.ts';
import { functionsOn, jsonOf, putOf, tourPath } from './functions.ts';
import { startStore } from './store.ts';

it('rejects a PUT with a key that may only read', async () => {
  const settings = await startStore();
  const client = createClient(settings);
  const item = {
    ...keys.publishingKey(hashOfKey('reader')),
    account: { S: 'acme' },
    scopes: { SS: ['tours:read'] },
  };
  await client.send(new PutItemCommand({ TableName: settings.tableName, Item: item }));
  client.destroy();

  const { publish } = functionsOn(settings);
  const authorization = 'Bearer reader';
  expect(await publish({ path: tourPath, headers: { authorization } })).toMatchObject({ statusCode: 200 });
  const answer = await publish(putOf(sampleTour, { authorization }));
  expect(jsonOf(answer)).toMatchObject({ status: 403, code: 'TOUR_LAMBDA_SCOPE_MISSING' });
  expect(answer.headers?.['www-authenticate']).toContain('scope="tours:write"');
});
