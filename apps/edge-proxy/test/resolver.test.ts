import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createNames } from '../src/resolver.ts';
import { startNameServer } from './support/name-server.ts';

const NAME = 'us-east-1-fast.example.com.localhost';

function lookupWith(resolver: { address: string; port: number }) {
  let time = 0;
  const { lookup } = createNames(resolver, () => time);
  const all = (name: string): Promise<unknown> =>
    new Promise((resolve, reject) =>
      lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses))),
    );
  const wait = (seconds: number): void => {
    time += seconds * 1_000;
  };
  return { all, one: promisify(lookup), wait };
}

const found = (...addresses: readonly string[]) => addresses.map((address) => ({ address, family: 4 }));

it('asks the configured name server, also for names under .localhost', async () => {
  const names = await startNameServer({ [NAME]: ['127.7.7.7', '127.8.8.8'] });
  const { all, one } = lookupWith(names.address);

  expect(await all(NAME)).toEqual(found('127.7.7.7', '127.8.8.8'));
  expect(await one(NAME, {})).toBe('127.7.7.7');
  expect(names.asked).toEqual([NAME]);
});

it('asks once for many connections at a time', async () => {
  const names = await startNameServer({ [NAME]: ['127.7.7.7'] });
  const { all } = lookupWith(names.address);

  await Promise.all([all(NAME), all(NAME), all(NAME)]);

  expect(names.asked).toEqual([NAME]);
});

it('follows a name that moved once its TTL is over', async () => {
  const names = await startNameServer({ [NAME]: ['127.7.7.7'] }, 10);
  const { all, wait } = lookupWith(names.address);
  await all(NAME);
  names.records.set(NAME, ['127.9.9.9']);

  wait(9);
  expect(await all(NAME)).toEqual(found('127.7.7.7'));
  wait(2);
  expect(await all(NAME)).toEqual(found('127.9.9.9'));
});

it('serves the last answer while the name server is silent', async () => {
  const names = await startNameServer({ [NAME]: ['127.7.7.7'] }, 1);
  const { all, wait } = lookupWith(names.address);
  await all(NAME);
  names.close();

  wait(60);

  expect(await all(NAME)).toEqual(found('127.7.7.7'));
});

it('believes a name server that says that the name is gone', async () => {
  const names = await startNameServer({ [NAME]: ['127.7.7.7'] }, 1);
  const { all, wait } = lookupWith(names.address);
  await all(NAME);
  names.records.clear();

  wait(60);

  await expect(all(NAME)).rejects.toMatchObject({ code: 'EDGE_PROXY_UPSTREAM_DNS' });
});
