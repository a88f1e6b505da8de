import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { api, functionsOn, jsonOf, putOf, sampleTourTitled } from './functions.ts';
import { startStore } from './store.ts';

const address = `/v1/tours/${sampleTour.id}/preview-tokens`;

const start = async () => {
  let now = Date.parse('2027-01-31T12:00:00Z');
  const functions = functionsOn(await startStore(), { now: () => now });
  return { ...functions, later: (ms: number) => (now += ms) };
};

it('shows the draft to whoever has the token, and nothing private of it', async () => {
  const { deliver, publish } = await start();
  await publish(putOf(sampleTourTitled('Only a draft')));
  const made = await publish(api('POST', address, { seconds: 60 }));
  expect(made.statusCode).toBe(201);
  const { token, path, expiresAt, draft } = Object(jsonOf(made));
  expect({ path, expiresAt, draft }).toEqual({
    path: `/preview/${token}`,
    expiresAt: '2027-01-31T12:01:00.000Z',
    draft: '"d2"',
  });
  const shown = await deliver({ path });
  expect(shown).toMatchObject({
    statusCode: 200,
    headers: { 'cache-control': 'no-store', 'access-control-allow-origin': '*' },
  });
  expect(jsonOf(shown)).toMatchObject({
    account: 'acme',
    format: 1,
    tours: [{ id: sampleTour.id, steps: [{ content: { en: { title: 'Only a draft' } } }, {}, {}] }],
    preview: { tour: sampleTour.id, expiresAt },
  });
  expect(shown.body).not.toContain(sampleTour.author);
});

it('shows the draft as it was when the token was made', async () => {
  const { deliver, publish } = await start();
  const { path } = Object(jsonOf(await publish(api('POST', address, {}))));
  await publish(putOf(sampleTourTitled('Later')));
  expect((await deliver({ path })).body).not.toContain('Later');
});

it('answers 410 once it has expired, and 401 to a token that nobody has', async () => {
  const { deliver, publish, later } = await start();
  const { path } = Object(jsonOf(await publish(api('POST', address, { seconds: 60 }))));
  later(60_000);
  expect(jsonOf(await deliver({ path }))).toMatchObject({ status: 410, code: 'TOUR_LAMBDA_PREVIEW_EXPIRED' });
  const unknown = await deliver({ path: `${path.slice(0, -4)}AAAA` });
  expect(jsonOf(unknown)).toMatchObject({ status: 401, code: 'TOUR_LAMBDA_PREVIEW_UNKNOWN' });
  expect(unknown.headers).toHaveProperty('www-authenticate');
});

it.each([{ seconds: 3601 }, { seconds: 0 }, { seconds: '60' }])('rejects %j', async (body) => {
  const { publish } = await start();
  expect(jsonOf(await publish(api('POST', address, body)))).toMatchObject({ status: 422 });
});

it('knows neither a tour nor an environment that is not there', async () => {
  const { publish } = await start();
  expect(await publish(api('POST', address, { environment: 'nowhere' }))).toMatchObject({ statusCode: 404 });
  const other = address.replace(/MC\//, 'MD/');
  expect(await publish(api('POST', other, {}))).toMatchObject({ statusCode: 404 });
});
