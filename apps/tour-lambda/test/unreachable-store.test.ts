import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { functionsOn, jsonOf, publishOf } from './functions.ts';
import { refusingStore, silentStore, startEmptyStore } from './store.ts';

// The budget is one second; the rest is for a busy machine.
const SOON_MS = 2000;

it.each([
  ['refuses connections', refusingStore],
  ['accepts and never answers', silentStore],
  ['has no table', startEmptyStore],
])('answers 503 with Retry-After, soon, where the store %s', async (_what, start) => {
  const { deliver, publish, logged } = functionsOn(await start());
  for (const call of [
    () => deliver({ path: '/acme.js' }),
    () => deliver({ path: '/healthz' }),
    () => publish(publishOf(sampleTour)),
  ]) {
    const began = performance.now();
    const answer = await call();
    expect(performance.now() - began).toBeLessThan(SOON_MS);
    expect(answer).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '1', 'cache-control': 'no-store', 'x-region': 'us-east-1' },
    });
    expect(jsonOf(answer)).toMatchObject({ code: 'TOUR_LAMBDA_STORE_UNAVAILABLE' });
  }
  expect(logged.map(({ code, cause }) => [code, cause instanceof Error])).toEqual(
    Array.from({ length: 3 }, () => ['TOUR_LAMBDA_STORE_UNAVAILABLE', true]),
  );
});
