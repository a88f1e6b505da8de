import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClientRate, clientOf } from '../src/client-rate.ts';

it('allows as many requests as the rate has room for in its window, and refuses the next', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat({ max: 1_000_000 }), (perSecond, start) => {
      const rate = new ClientRate();
      const now = start - (start % 10_000);
      for (let count = 0; count < perSecond * 10; count += 1)
        expect(rate.allows('192.0.2.1', perSecond, now)).toBe(true);
      expect(rate.allows('192.0.2.1', perSecond, now)).toBe(false);
      expect(rate.allows('192.0.2.2', perSecond, now)).toBe(true);
    }),
  );
});

it('forgets as time goes by', () => {
  const rate = new ClientRate();
  for (let count = 0; count < 10; count += 1) rate.allows('192.0.2.1', 1, 0);

  expect(rate.allows('192.0.2.1', 1, 9_999)).toBe(false);
  expect(rate.allows('192.0.2.1', 1, 15_000)).toBe(true);
  expect(rate.allows('192.0.2.1', 1, 40_000)).toBe(true);
});

it('counts what other workers saw, and tells them only of busy clients, once', () => {
  const rate = new ClientRate();
  for (let count = 0; count < 5; count += 1) rate.allows('192.0.2.1', 10, 0);
  rate.allows('192.0.2.2', 10, 0);

  expect(rate.news(3)).toEqual([['192.0.2.1', 5]]);
  expect(rate.news(3)).toEqual([]);
  rate.add('192.0.2.2', 99, 0);
  expect(rate.allows('192.0.2.2', 10, 0)).toBe(false);
  expect(rate.news(3)).toEqual([]);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:db8::1', '2001:db8:0:0::'],
  ['::1', '0:0:0:0::'],
])('counts %s as the client %s', (address, client) => {
  expect(clientOf(address)).toBe(client);
});
