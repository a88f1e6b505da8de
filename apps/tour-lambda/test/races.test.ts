import { sampleTour } from '@isochrone/tours';
import { expect, it } from 'vitest';
import {
  type Answer,
  api,
  type Functions,
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
      answered(here.publish, `here ${race}`),
      answered(there.publish, `there ${race}`),
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

/** As a client should: a busy store's 503 is asked again, under the same key. */
async function answered(publish: Functions['publish'], name: string): Promise<Answer> {
  const headers = { 'idempotency-key': name.replace(' ', '-') };
  const request = api('POST', `/v1/tours/${sampleTour.id}/publish`, {}, headers);
  let answer = await publish(request);
  for (let attempt = 1; answer.statusCode === 503 && attempt < 10; attempt += 1)
    answer = await publish(request);
  return answer;
}

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
