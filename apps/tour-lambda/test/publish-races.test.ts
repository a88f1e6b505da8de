import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { publish } from '../src/publishing/publish.ts';
import { saveTour } from '../src/publishing/save-tour.ts';
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

it('confirms each of eight racing publishers, with a revision that has its tour', async () => {
  const settings = await startStore();
  const { deliver } = functionsOn(settings);
  const tours = Array.from('ABCDEFGH', (last, index) => ({
    ...sampleTourTitled(`number ${index}.`),
    id: `tour_01JD3Q8ZB4W6E5R7T9Y2XKVNN${last}`,
  }));
  const answers = await Promise.all(tours.map((tour) => functionsOn(settings).publish(putOf(tour))));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(tours.map(() => 201));
  const script = await deliver({ path: '/acme.js' });
  for (const { id } of tours) expect(textOf(script)).toContain(id);
  const revisions = answers.map((answer) => Number(Object(jsonOf(answer)).revision));
  expect(Math.max(...revisions)).toBe(Number(script.headers?.['x-tours-revision']));
});

it('answers with the revision of the second publisher that was faster, which read the tour', async () => {
  const store = openPublishingStore(await startStore());
  const early = await store.readLive('acme');
  await store.writeTour('acme', otherTour, 0);
  let reads = 0;
  const contended: PublishingStore = {
    ...store,
    async readLive(account) {
      reads += 1;
      const live = await store.readLive(account);
      // The first rival listed the tours before this one was stored, the second could not have.
      if (reads === 1 && early) await store.replaceLive(account, { ...early, revision: 2 });
      else expect(await publish(store, account)).toBe(3);
      return live;
    },
  };
  expect(await publish(contended, 'acme')).toBe(3);
  expect(reads).toBe(2);
  expect(await store.readLive('acme')).toMatchObject({
    revision: 3,
    payload: expect.stringContaining(otherTour.id),
  });
});

it('answers 409 where four writers were faster with the same tour, and stores nothing', async () => {
  const settings = await startStore();
  const store = openPublishingStore(settings);
  let rivals = 0;
  const contended: PublishingStore = {
    ...store,
    async writeTour(account, tour, previous) {
      rivals += 1;
      await store.writeTour(account, sampleTour, previous);
      return store.writeTour(account, tour, previous);
    },
  };
  const tour = { ...sampleTour, name: 'Late' };
  await expect(saveTour(contended, 'acme', tour, undefined)).rejects.toMatchObject({
    code: 'TOUR_LAMBDA_PUBLISH_CONFLICT',
    hint: expect.stringContaining('nothing was stored'),
  });
  expect(rivals).toBe(4);
  expect((await store.readTour('acme', tour.id))?.tour).toEqual(sampleTour);
});
