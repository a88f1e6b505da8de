import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../src/publishing/bearer-keys.ts';
import { keys } from '../src/store/keys.ts';
import { openTable } from '../src/store/table.ts';
import { api, functionsOn, jsonOf, putOf } from './functions.ts';
import { startStore } from './store.ts';

const address = `/v1/tours/${sampleTour.id}`;
const active = { status: 'active', consent: 'assumed' };

const start = async (now = Date.now) => {
  const settings = await startStore();
  const functions = functionsOn(settings, { now });
  const make = async (body: Readonly<Record<string, unknown>>) => {
    const answer = await functions.publish(api('POST', '/v1/keys', { name: 'ci', ...body }));
    const { id, key } = Object(jsonOf(answer));
    const as = (...[method, path, content, headers]: Parameters<typeof api>) =>
      functions.publish(api(method, path, content, { ...headers, authorization: `Bearer ${key}` }));
    return { answer, id, key, as };
  };
  return { ...functions, settings, make };
};

describe('a key', () => {
  it('has 256 bits, is shown once, and is stored as its hash', async () => {
    const { publish, make, settings } = await start();
    const { answer, id, key } = await make({ scopes: ['tours:read'] });
    expect(answer).toMatchObject({ statusCode: 201, headers: { location: `/v1/keys/${id}` } });
    expect(key).toMatch(/^isk_[\w-]{43}$/);
    const list = await publish(api('GET', '/v1/keys'));
    expect(list.body).not.toContain(key.slice(4));
    expect(jsonOf(list)).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          id,
          name: 'ci',
          scopes: ['tours:read'],
          environments: ['*'],
          createdBy: 'key_first',
        }),
      ]),
    });
    const table = openTable(settings);
    for (const item of [
      await table.get(keys.bearer(hashOf(key))),
      await table.get(keys.keyRecord('acme', id)),
    ])
      expect(JSON.stringify(item)).not.toContain(key.slice(4));
  });

  it('does what its scopes say, and nothing else', async () => {
    const { make } = await start();
    const reader = await make({ scopes: ['tours:read'] });
    expect(await reader.as('GET', address)).toMatchObject({ statusCode: 200 });
    for (const [method, path, scope] of [
      ['POST', '/v1/tours', 'tours:write'],
      ['PUT', `${address}/draft`, 'tours:write'],
      ['POST', `${address}/publish`, 'tours:publish'],
      ['POST', `${address}/unpublish`, 'tours:publish'],
      ['POST', `${address}/rollback`, 'tours:publish'],
      ['PUT', '/v1/environments/production', 'tours:publish'],
      ['GET', '/v1/keys', 'keys:admin'],
      ['POST', '/v1/keys', 'keys:admin'],
      ['DELETE', '/v1/keys/key_first', 'keys:admin'],
    ] as const) {
      const answer = await reader.as(method, path, {});
      expect(jsonOf(answer)).toMatchObject({ status: 403, code: 'TOUR_LAMBDA_SCOPE_MISSING' });
      expect(answer.headers?.['www-authenticate']).toContain(`scope="${scope}"`);
    }
  });

  it('is for its environments alone', async () => {
    const { publish, make } = await start();
    await publish(api('PUT', '/v1/environments/staging', active, { 'if-none-match': '*' }));
    const { as } = await make({ scopes: ['tours:publish', 'tours:read'], environments: ['staging'] });
    expect(await as('POST', `${address}/publish`, { environment: 'staging' })).toMatchObject({
      statusCode: 200,
    });
    for (const answer of [
      await as('POST', `${address}/publish`, {}),
      await as('POST', `${address}/preview-tokens`, {}),
      await as('PUT', '/v1/environments/production', active, { 'if-match': '*' }),
    ])
      expect(jsonOf(answer)).toMatchObject({ status: 403, code: 'TOUR_LAMBDA_ENVIRONMENT_FORBIDDEN' });
  });

  it('gives away no more than it has', async () => {
    const { make } = await start();
    const admin = await make({ scopes: ['keys:admin', 'tours:read'], environments: ['staging'] });
    for (const more of [
      { scopes: ['tours:publish'], environments: ['staging'] },
      { scopes: ['tours:read'], environments: ['*'] },
      { scopes: ['tours:read'], environments: ['production'] },
    ])
      expect(await admin.as('POST', '/v1/keys', { name: 'more', ...more })).toMatchObject({
        statusCode: 403,
      });
    const less = { name: 'less', scopes: ['tours:read'], environments: ['staging'] };
    expect(await admin.as('POST', '/v1/keys', less)).toMatchObject({ statusCode: 201 });
  });

  it('opens nothing once it is revoked, or has expired', async () => {
    let now = Date.parse('2027-01-01T00:00:00Z');
    const { publish, make } = await start(() => now);
    const brief = await make({ scopes: ['tours:read'], expiresAt: '2027-01-02T00:00:00Z' });
    const { id, as } = await make({ scopes: ['tours:read'] });
    expect(await brief.as('GET', address)).toMatchObject({ statusCode: 200 });
    now += 24 * 3600 * 1000;
    expect(await brief.as('GET', address)).toMatchObject({ statusCode: 401 });
    expect(await publish(api('DELETE', `/v1/keys/${id}`))).toMatchObject({ statusCode: 204, body: '' });
    expect(await as('GET', address)).toMatchObject({ statusCode: 401 });
    expect(await publish(api('DELETE', `/v1/keys/${id}`))).toMatchObject({ statusCode: 204 });
    expect(await publish(api('DELETE', '/v1/keys/key_unknown'))).toMatchObject({ statusCode: 404 });
  });

  it('is made once for an Idempotency-Key, and not shown again', async () => {
    const { publish } = await start();
    const request = api(
      'POST',
      '/v1/keys',
      { name: 'ci', scopes: ['tours:read'] },
      { 'idempotency-key': 'a' },
    );
    const { id } = Object(jsonOf(await publish(request)));
    expect(jsonOf(await publish(request))).toMatchObject({ status: 409, code: 'TOUR_LAMBDA_KEY_SHOWN', id });
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dGVzdA==', 'test-key-of-acme'])(
    'is asked for with 401 where Authorization is %j',
    async (value) => {
      const { publish } = await start();
      const answer = await publish({
        path: address,
        headers: value === undefined ? {} : { authorization: value },
      });
      expect(answer).toMatchObject({
        statusCode: 401,
        headers: { 'www-authenticate': 'Bearer realm="isochrone"' },
      });
      expect(jsonOf(answer)).toMatchObject({ code: 'TOUR_LAMBDA_KEY_MISSING' });
    },
  );

  it('is refused with 401 where nobody has it', async () => {
    const { publish } = await start();
    const answer = await publish(putOf(sampleTour, { authorization: 'Bearer stranger' }));
    expect(jsonOf(answer)).toMatchObject({ status: 401, code: 'TOUR_LAMBDA_KEY_UNKNOWN' });
    expect(answer.headers?.['www-authenticate']).toContain('invalid_token');
  });
});
