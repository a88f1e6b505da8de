import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { createAccount } from '../src/publishing/accounts.ts';
import { newBearerKey } from '../src/publishing/bearer-keys.ts';
import { operations } from '../src/publishing/operations.ts';
import { openTable } from '../src/store/table.ts';
import { api, functionsOn, jsonOf } from './functions.ts';
import { startStore } from './store.ts';

const { id: _, ...withoutId } = sampleTour;

it('answers 404 to a key of another account, for every id that there is', async () => {
  const settings = await startStore();
  const functions = functionsOn(settings);
  const table = openTable(settings);
  const key = newBearerKey();
  await createAccount(table, { account: 'rival', home: 'us-east-1', key, now: Date.now() }, () => {});
  const headers = { authorization: `Bearer ${key}`, 'if-match': '*' };

  // What acme has, of every kind.
  await functions.publish(
    api(
      'PUT',
      '/v1/environments/staging',
      { status: 'active', consent: 'assumed' },
      { 'if-none-match': '*' },
    ),
  );
  const { id: acmeKey } = Object(
    jsonOf(await functions.publish(api('POST', '/v1/keys', { name: 'ci', scopes: ['tours:read'] }))),
  );
  const ids: Readonly<Record<string, string>> = {
    tour: sampleTour.id,
    revision: '1',
    environment: 'staging',
    key: acmeKey,
  };
  const bodies: Readonly<Record<string, unknown>> = {
    '/v1/tours/{tour}/rollback': { toRevision: 1 },
    '/v1/tours/{tour}/draft': sampleTour,
    '/v1/environments/{environment}': { status: 'suspended', consent: 'assumed' },
  };
  const before = await functions.publish(api('GET', '/v1/audit'));
  const addressed = operations.filter(({ path }) => path.includes('{'));
  expect(addressed.length).toBeGreaterThan(10);
  for (const { method, path } of addressed) {
    const at = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => ids[name] ?? '');
    const body = method === 'GET' || method === 'DELETE' ? undefined : (bodies[path] ?? {});
    const { statusCode } = await functions.publish(api(method, at, body, headers));
    expect({ method, path, statusCode }).toEqual({ method, path, statusCode: 404 });
  }
  // Lists have nothing of it, and nothing of it was changed.
  for (const path of ['/v1/tours', '/v1/environments', '/v1/keys', '/v1/audit']) {
    const { body } = await functions.publish(api('GET', path, undefined, headers));
    for (const secret of [sampleTour.id, 'staging', acmeKey, 'acme']) expect(body).not.toContain(secret);
  }
  expect((await functions.publish(api('GET', '/v1/audit'))).body).toBe(before.body);
});

it('lets two accounts have a tour of the same id', async () => {
  const settings = await startStore();
  const { publish, deliver } = functionsOn(settings);
  const key = newBearerKey();
  await createAccount(
    openTable(settings),
    { account: 'rival', home: 'us-east-1', key, now: Date.now() },
    () => {},
  );
  const headers = { authorization: `Bearer ${key}` };
  const tour = { ...withoutId, id: sampleTour.id, note: 'of the rival' };
  expect(await publish(api('POST', '/v1/tours', tour, headers))).toMatchObject({ statusCode: 201 });
  const own = await publish(api('GET', `/v1/tours/${sampleTour.id}/draft`));
  expect(own.body).not.toContain('of the rival');
  expect(await deliver({ path: '/rival.js' })).toMatchObject({ headers: { 'x-tours-revision': '1' } });
});
