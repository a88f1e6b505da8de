import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import { openTable } from '../src/store/table.ts';
import { functionsOn, jsonOf, publishOf } from './functions.ts';
import { silentStore, startStore } from './store.ts';

/** Functions at home, and a region whose table accepts connections and never answers. */
async function besideSilence() {
  const settings = await startStore();
  const home = openTable(settings);
  const silent = openTable({ ...(await silentStore()), region: 'eu-west-1' });
  return functionsOn(settings, { tables: { here: home, home, all: [home, silent] } });
}

it('answers a publish that waits when its seconds are over, and names the region that has not confirmed', async () => {
  const { publish } = await besideSilence();
  const began = performance.now();
  const answer = await publish(publishOf(sampleTour, '?wait=all&seconds=1'));
  // Without an end of its own, the second read of the silent region would last until 1.6 s.
  expect(performance.now() - began).toBeLessThan(1500);
  expect(answer).toMatchObject({ statusCode: 200 });
  expect(Object(jsonOf(answer)).regions).toEqual([
    { region: 'us-east-1', afterMs: expect.any(Number) },
    { region: 'eu-west-1' },
  ]);
});
