import { sampleTour } from '@isochrone/tours';
import { describe, expect, it } from 'vitest';
import { openPublishingStore } from '../src/store/publishing-store.ts';
import { authorization, functionsOn, jsonOf, putOf, sampleTourTitled, textOf } from './functions.ts';
import { startStore } from './store.ts';

/** A valid tour of a good 180 KB: two of them fit into an account, three do not. */
const bigTour = (last: 'A' | 'B' | 'C') => ({
  id: `tour_01JD3Q8ZB4W6E5R7T9Y2XKVNP${last}`,
  name: 'Big',
  trigger: { kind: 'page' as const },
  frequency: { mode: 'once' as const },
  defaultLocale: 'en',
  steps: Array.from({ length: 6 }, (_, index) => ({
    id: `step-${index}`,
    kind: 'modal' as const,
    content: {
      en: {
        title: 'Big',
        body: Array.from({ length: 10 }, () => ({ kind: 'paragraph' as const, text: '語'.repeat(1000) })),
      },
    },
  })),
});

const start = async () => {
  const settings = await startStore();
  const functions = functionsOn(settings);
  for (const tour of [bigTour('A'), bigTour('B')]) {
    expect(await functions.publish(putOf(tour))).toMatchObject({ statusCode: 201 });
  }
  const read = (id: string) =>
    functions.publish({ path: `/v1/accounts/acme/tours/${id}`, headers: { authorization } });
  return { ...functions, store: openPublishingStore(settings), read };
};

const tooLarge = { status: 422, code: 'TOUR_LAMBDA_PAYLOAD_TOO_LARGE' };

describe('a PUT that makes the account too large', () => {
  it('stores nothing of a new tour', async () => {
    const { publish, read } = await start();
    const answer = jsonOf(await publish(putOf(bigTour('C'))));
    expect(answer).toMatchObject({ ...tooLarge, hint: expect.stringContaining('nothing was stored') });
    expect(await read(bigTour('C').id)).toMatchObject({ statusCode: 404 });
  });

  it('keeps the tour that it would have replaced', async () => {
    const { publish, read } = await start();
    expect(jsonOf(await publish(putOf({ ...bigTour('C'), id: sampleTour.id })))).toMatchObject(tooLarge);
    const kept = await read(sampleTour.id);
    expect(kept).toMatchObject({ headers: { etag: '"v1"' } });
    expect(jsonOf(kept)).toEqual(sampleTour);
  });

  it('leaves the account able to publish', async () => {
    const { deliver, publish } = await start();
    await publish(putOf(bigTour('C')));
    expect(await publish(putOf(sampleTourTitled('Next')))).toMatchObject({ statusCode: 200 });
    expect(textOf(await deliver({ path: '/acme.js' }))).toContain('Next');
  });
});

describe('an account that racing publishers made too large together', () => {
  it('takes a PUT that shrinks it, and makes live what then fits', async () => {
    const { deliver, publish, store } = await start();
    await store.writeTour('acme', bigTour('C'), 0);
    const shrunk = { ...sampleTourTitled('Shrunk'), id: bigTour('C').id };
    expect(await publish(putOf(shrunk))).toMatchObject({ statusCode: 200 });
    expect(textOf(await deliver({ path: '/acme.js' }))).toContain('Shrunk');
  });

  it('says of a PUT that does not shrink it enough that the tour is stored', async () => {
    const { publish, read, store } = await start();
    await store.writeTour('acme', bigTour('C'), 0);
    const { steps, ...rest } = bigTour('B');
    const shorter = { ...rest, steps: steps.toSpliced(0, 1) };
    const answer = jsonOf(await publish(putOf(shorter)));
    expect(answer).toMatchObject({ ...tooLarge, hint: expect.stringContaining('the tour is stored') });
    expect(await read(shorter.id)).toMatchObject({ headers: { etag: '"v2"' } });
  });

  it('stores no PUT that does not shrink it', async () => {
    const { publish, read, store } = await start();
    await store.writeTour('acme', bigTour('C'), 0);
    expect(jsonOf(await publish(putOf(bigTour('C'))))).toMatchObject(tooLarge);
    expect(await read(bigTour('C').id)).toMatchObject({ headers: { etag: '"v1"' } });
  });
});
