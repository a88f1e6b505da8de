import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RetryBudget } from '../src/retry-budget.ts';

it('never retries more than its share of the requests and ten a second', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.nat({ max: 9_999 }),
      (share, requests, within) => {
        const budget = new RetryBudget();
        for (let count = 0; count < requests; count += 1)
          budget.count(1_000_000 + (within * count) / requests);
        let retries = 0;
        while (budget.take(share, 1_000_000 + within)) retries += 1;
        expect(retries).toBe(100 + Math.floor(share * requests));
      },
    ),
  );
});

it('has its floor again once the window has passed', () => {
  const budget = new RetryBudget();
  for (let count = 0; count < 100; count += 1) expect(budget.take(0.2, 500)).toBe(true);

  expect(budget.take(0.2, 9_999)).toBe(false);
  expect(budget.take(0.2, 10_000)).toBe(true);
});

it('allows none where its share is 0', () => {
  expect(new RetryBudget().take(0, 0)).toBe(false);
});
