import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { api, functionsOn, jsonOf, putOf, sampleTourTitled, textOf } from './functions.ts';
import { losingAnswerOfWrite } from './lossy-store.ts';
import { startStore } from './store.ts';

const address = `/v1/tours/${sampleTour.id}`;
const { id: _, ...withoutId } = sampleTour;
const once = { 'idempotency-key': '8e03978e-40d5-43dd-bc93-6894a57f9324' };

const start = async () => functionsOn(await startStore());

describe('a request with an Idempotency-Key', () => {
  it('makes one tour, however often it comes', async () => {
    const { publish } = await start();
    const answers = await Promise.all(
      [1, 2, 3].map(() => publish(api('POST', '/v1/tours', withoutId, once))),
    );
    const [first, ...others] = answers.map(({ statusCode, headers }) => [statusCode, headers?.['location']]);
    expect(first?.[0]).toBe(201);
    for (const other of others) expect(other).toEqual(first);
    expect(Object(jsonOf(await publish(api('GET', '/v1/tours')))).items).toHaveLength(2);
  });

  it('publishes once, also where others have published since', async () => {
    const { publish } = await start();
    const request = api('POST', `${address}/publish`, {}, once);
    const first = jsonOf(await publish(request));
    await publish(api('POST', `${address}/publish`, {}));
    const again = await publish(request);
    expect(jsonOf(again)).toEqual(first);
    expect(again.headers).toMatchObject({ 'idempotency-replayed': 'true' });
  });

  it('publishes once where it comes twice at the same time', async () => {
    const { publish } = await start();
    const request = api('POST', `${address}/publish`, {}, once);
    const answers = await Promise.all([publish(request), publish(request)]);
    expect(answers.map(jsonOf)).toMatchObject([{ revision: 3 }, { revision: 3 }]);
  });

  it('is refused where the key belongs to another request', async () => {
    const { publish } = await start();
    await publish(api('POST', `${address}/publish`, {}, once));
    const other = await publish(api('POST', `${address}/publish`, { note: 'other' }, once));
    expect(jsonOf(other)).toMatchObject({ status: 422, code: 'TOUR_LAMBDA_IDEMPOTENCY_KEY_REUSED' });
  });

  it('is a new request after a day', async () => {
    let now = Date.parse('2027-01-01T00:00:00Z');
    const { publish } = functionsOn(await startStore(), { now: () => now });
    const request = api('POST', `${address}/publish`, {}, once);
    await publish(request);
    now += 24 * 3600 * 1000;
    expect(jsonOf(await publish(request))).toMatchObject({ revision: 4 });
  });

  it('is refused where the key is none', async () => {
    const { publish } = await start();
    const answer = await publish(api('POST', `${address}/publish`, {}, { 'idempotency-key': 'a b' }));
    expect(jsonOf(answer)).toMatchObject({ status: 400, code: 'TOUR_LAMBDA_IDEMPOTENCY_KEY' });
  });
});

it.each([
  ['the draft', 1],
  ['the repaired ledger', 2],
  ['the revision', 3],
  ['what is live', 4],
  ['the ledger', 5],
])('confirms where the answer to the write of %s was lost, and counts it once', async (_what, write) => {
  const settings = await startStore();
  const { publish } = functionsOn(await losingAnswerOfWrite(write, settings));
  const stored = await publish(putOf(sampleTourTitled('Stored'), { 'if-match': '"d1"' }));
  expect(stored).toMatchObject({ statusCode: 200, headers: { etag: '"d2"' } });
  const published = await publish(api('POST', `${address}/publish`, {}));
  expect(jsonOf(published)).toMatchObject({ revision: 3, tourRevision: 2 });
  const script = await functionsOn(settings).deliver({ path: '/acme.js' });
  expect(script.headers).toMatchObject({ 'x-tours-revision': '3' });
  expect(textOf(script)).toContain('Stored');
});
