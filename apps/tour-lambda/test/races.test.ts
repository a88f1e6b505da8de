import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import {
  api,
  functionsOn,
  jsonOf,
  publishOf,
  putOf,
  release,
  sampleTourTitled,
  textOf,
} from './functions.ts';
import { startStore } from './store.ts';

const RACES = 1000;

it(`lets one of two racing publishers of a tour win and tells the other, ${RACES} times, and loses no revision`, async () => {
  const settings = await startStore();
  const [here, there] = [functionsOn(settings), functionsOn(settings)];
  const confirmed: number[] = [];
  let conflicts = 0;
  for (let race = 1; race <= RACES; race += 1) {
    const answers = await Promise.all([
      here.publish(publishOf(sampleTour)),
      there.publish(publishOf(sampleTour)),
    ]);
    const won = answers.filter(({ statusCode }) => statusCode === 200);
    conflicts += answers.filter(({ statusCode }) => statusCode === 409).length;
    expect(won.length).toBeGreaterThan(0);
    confirmed.push(...won.map((answer) => Number(Object(jsonOf(answer)).revision)));
  }
  expect(confirmed.length + conflicts).toBe(2 * RACES);
  expect(conflicts).toBeGreaterThan(RACES / 2);
  // Each confirmed revision is one of its own, and there are no others.
  const inOrder = confirmed.toSorted((a, b) => a - b);
  expect(inOrder).toEqual(Array.from({ length: confirmed.length }, (_, index) => index + 3));
  const script = await here.deliver({ path: '/acme.js' });
  expect(script.headers?.['x-tours-revision']).toBe(String(inOrder.at(-1)));
  expect(await auditedRevisions(here)).toEqual([...inOrder, 2, 1].toSorted((a, b) => b - a));
}, 900_000);

it('lets both of two racing publishers of different tours win', async () => {
  const settings = await startStore();
  const [here, there] = [functionsOn(settings), functionsOn(settings)];
  const other = { ...sampleTour, id: 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMD' };
  await release(here, other);
  for (let race = 1; race <= 20; race += 1) {
    await here.publish(putOf(sampleTourTitled(`here ${race}.`)));
    await there.publish(putOf({ ...sampleTourTitled(`there ${race}.`), id: other.id }));
    const answers = await Promise.all([here.publish(publishOf(sampleTour)), there.publish(publishOf(other))]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    const script = textOf(await here.deliver({ path: '/acme.js' }));
    expect(script).toContain(`here ${race}.`);
    expect(script).toContain(`there ${race}.`);
  }
}, 60_000);

async function auditedRevisions({ publish }: ReturnType<typeof functionsOn>): Promise<readonly number[]> {
  const revisions: number[] = [];
  let cursor = '';
  do {
    const page = Object(jsonOf(await publish(api('GET', `/v1/audit?limit=100${cursor}`))));
    revisions.push(...page.items.map(({ revision }: { revision: number }) => revision));
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  return revisions.toSorted((a, b) => b - a);
}
