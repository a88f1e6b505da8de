import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { keys } from '../src/store/keys.ts';
import { openTable } from '../src/store/table.ts';
import { functionsOn, jsonOf, textOf } from './functions.ts';
import { startStore } from './store.ts';

const key = keys.live('acme', 'production');

const withPayload = async (payload: string) => {
  const settings = await startStore();
  const table = openTable(settings);
  const functions = functionsOn(settings);
  await functions.deliver({ path: '/acme.js' });
  await table.put(key, { ...(await table.get(key)), payload: { B: gzipSync(payload) } });
  return functions;
};

it('does not send a kept script for another payload of the same revision', async () => {
  const { deliver } = await withPayload('{"format":1,"tours":[]}');
  expect(textOf(await deliver({ path: '/acme.js' }))).toContain('\\"tours\\":[]');
});

it.each(['{"format":2,"tours":[]}', '{', 'null'])(
  'answers 500, and tells nothing, where %s is live',
  async (payload) => {
    const { deliver, logged } = await withPayload(payload);
    const answer = await deliver({ path: '/acme.js' });
    expect(jsonOf(answer)).toEqual({
      type: 'urn:isochrone:problem:stored-item-invalid',
      status: 500,
      title: 'Internal Server Error',
      code: logged[0]?.code,
      instance: 'urn:isochrone:request:JKJaXmPLvHcESHA=',
    });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
  },
);
