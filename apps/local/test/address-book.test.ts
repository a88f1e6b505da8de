import { describe, expect, it } from 'vitest';
import { openAddressBook } from '../src/address-book.ts';

const proxy = { region: 'us-east-1', number: 1 } as const;
const adminOf = async (port: number) =>
  (await openAddressBook('127.77', port, { singleAddress: false })).proxyAdmin(proxy);

describe('the metrics of a proxy', () => {
  it('are at the port of production where the world is at its usual one', async () => {
    expect(await adminOf(8443)).toEqual({ address: '127.77.31.1', port: 9180 });
  });

  it('are at a port of their own in each of two worlds that share their addresses', async () => {
    expect(await adminOf(40_000)).not.toEqual(await adminOf(40_001));
  });

  it('are at a port that exists, however high that of the world is', async () => {
    expect((await adminOf(65_535)).port).toBeLessThan(65_535);
  });
});
