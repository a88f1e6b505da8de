import { expect, it } from 'vitest';
import { functionsOn, jsonOf, putOf, sampleTourTitled, textOf } from './functions.ts';
import { losingAnswerOfWrite } from './lossy-store.ts';
import { startStore } from './store.ts';

it.each([
  ['the tour', 1],
  ['what is live', 2],
])(
  'confirms a PUT where the answer to the write of %s was lost, and counts it once',
  async (_what, write) => {
    const settings = await startStore();
    const { publish } = functionsOn(await losingAnswerOfWrite(write, settings));
    const answer = await publish(putOf(sampleTourTitled('Stored'), { 'if-match': '"v1"' }));
    expect(answer).toMatchObject({ statusCode: 200, headers: { etag: '"v2"' } });
    expect(jsonOf(answer)).toEqual({ revision: 2 });
    const script = await functionsOn(settings).deliver({ path: '/acme.js' });
    expect(script.headers).toMatchObject({ 'x-tours-revision': '2' });
    expect(textOf(script)).toContain('Stored');
  },
);
