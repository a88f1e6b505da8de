import { expect, it } from 'vitest';
import { figureOf, median } from '../src/statistics.ts';

it('takes the middle one, or half way between the middle two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
});

it('has nothing to say of no values', () => {
  expect(median([])).toBeNaN();
  expect(figureOf([])).toBeUndefined();
});

it('tells what a figure varied by', () => {
  expect(figureOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
});
