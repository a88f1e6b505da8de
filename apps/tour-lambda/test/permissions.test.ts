import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { sampleTour, tablePermissions } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { createClient, type StoreSettings } from '../src/store/client.ts';
import { keys } from '../src/store/keys.ts';
import { api, functionsOn, jsonOf, release } from './functions.ts';
import { policedStore } from './policed-store.ts';
import { startStore } from './store.ts';

const report = JSON.stringify({ revision: 2, events: [{ name: 'shown', tour: sampleTour.id }] });

it('are all that delivery needs', async () => {
  const settings = await startStore();
  const policed = await policedStore(tablePermissions.delivery, settings);
  const { deliver } = functionsOn(policed);
  const { publish } = functionsOn(settings);
  const preview = jsonOf(await publish(api('POST', `/v1/tours/${sampleTour.id}/preview-tokens`, {})));
  expect(await deliver({ path: '/acme.js' })).toMatchObject({ statusCode: 200 });
  expect(await deliver({ path: '/healthz' })).toMatchObject({ statusCode: 200 });
  expect(await deliver({ path: Object(preview).path })).toMatchObject({ statusCode: 200 });
  expect(await deliver({ method: 'POST', path: '/e/acme', body: report })).toMatchObject({ statusCode: 204 });
  expect(policed.denied).toEqual([]);
});

it('are all that publishing needs', async () => {
  const policed = await policedStore(tablePermissions.publishing, await startStore());
  const { publish } = functionsOn(policed);
  expect(await release({ publish }, sampleTour)).toMatchObject({ statusCode: 200 });
  const made = jsonOf(await publish(api('POST', '/v1/keys', { name: 'ci', scopes: ['tours:read'] })));
  expect(await publish(api('DELETE', `/v1/keys/${Object(made).id}`))).toMatchObject({ statusCode: 204 });
  expect(await publish(api('GET', '/v1/audit'))).toMatchObject({ statusCode: 200 });
  expect(policed.denied).toEqual([]);
});

it('let delivery write nothing but counters, and read nothing of accounts', async () => {
  const settings = await startStore();
  const policed = await policedStore(tablePermissions.delivery, settings);
  const { publish } = functionsOn(policed);
  expect(await publish(api('GET', '/v1/tours'))).toMatchObject({ statusCode: 503 });
  for (const key of [keys.live('acme', 'production'), keys.tour('acme', sampleTour.id), keys.bearer('a')])
    await expect(put(policed, key)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(policed.denied).toHaveLength(4);
});

it('agree with the operations that are in the bundle of delivery', async () => {
  const file = join(import.meta.dirname, '../dist/production/delivery/index.mjs');
  const bundle = await readFile(file, 'utf8');
  const operations = [
    ...bundle.matchAll(
      /"DynamoDB_20120810",?"?|\.sc\("(\w+)"\)|"((?:Get|Put|Update|Delete|Batch\w+|Transact\w+)Items?)"/g,
    ),
  ]
    .flatMap(([, first, second]) => first ?? second ?? [])
    .filter((name) => /Item/.test(name));
  expect([...new Set(operations)].toSorted()).toEqual(['GetItem', 'UpdateItem']);
});

async function put(settings: StoreSettings, key: ReturnType<typeof keys.probe>): Promise<void> {
  const client = createClient(settings, { maxAttempts: 1 });
  try {
    await client.send(new PutItemCommand({ TableName: settings.tableName, Item: key }));
  } finally {
    client.destroy();
  }
}
