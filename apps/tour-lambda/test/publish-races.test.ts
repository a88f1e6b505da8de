import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { publish } from '../src/publishing/publish.ts';
import { openPublishingStore, type PublishingStore } from '../src/store/publishing-store.ts';
import { functionsOn, jsonOf, putOf, sampleTourTitled, textOf } from './functions.ts';
import { startStore } from './store.ts';

const otherTour = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };

it('loses no revision between two racing publishers', async () => {
  const settings = await startStore();
  const here = functionsOn(settings);
  const there = functionsOn(settings);
  const revisions: unknown[] = [1];
  for (let race = 1; race <= 50; race += 1) {
    const answers = await Promise.all([
      here.publish(putOf(sampleTourTitled(`here ${race}.`))),
      there.publish(putOf({ ...sampleTourTitled(`there ${race}.`), id: otherTour.id })),
    ]);
    revisions.push(...answers.map(jsonOf).map((answer) => Object(answer).revision));
    const script = textOf(await here.deliver({ path: '/acme.js' }));
    expect(script).toContain(`here ${race}.`);
    expect(script).toContain(`there ${race}.`);
  }
  const inOrder = revisions.toSorted((a, b) => Number(a) - Number(b));
  expect(inOrder).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
});

it('lets one of two writers of the same version win', async () => {
  const { publish: put } = functionsOn(await startStore());
  const answers = await Promise.all([
    put(putOf(sampleTourTitled('left'), { 'if-match': '"v1"' })),
    put(putOf(sampleTourTitled('right'), { 'if-match': '"v1"' })),
  ]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412]);
});

it('gives up with 409 after the fourth lost race, and keeps what the winners made live', async () => {
  const store = openPublishingStore(await startStore());
  let reads = 0;
  const contended: PublishingStore = {
    ...store,
    async readLive(account) {
      reads += 1;
      const live = await store.readLive(account);
      if (live) await store.replaceLive(account, { ...live, revision: live.revision + 1 });
      return live;
    },
  };
  await expect(publish(contended, 'acme')).rejects.toMatchObject({ code: 'TOUR_LAMBDA_PUBLISH_CONFLICT' });
  expect(reads).toBe(4);
  expect((await store.readLive('acme'))?.revision).toBe(5);
});
