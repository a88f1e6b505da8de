import { describe, expect, it } from 'vitest';
import { ratio, spreadOf } from '../src/statistics.ts';

describe('a spread', () => {
  it('has the value in the middle of an odd number of values', () => {
    expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 });
  });

  it('has the mean of the two in the middle of an even number of values', () => {
    expect(spreadOf([4, 1, 2, 100])).toEqual({ median: 3, min: 1, max: 100 });
  });

  it('needs a value', () => {
    expect(() => spreadOf([])).toThrow('no values');
  });
});

describe('a ratio', () => {
  it('is that of the medians', () => {
    expect(ratio(spreadOf([3]), spreadOf([2]))).toBe(1.5);
  });

  it('is none where one of them was not measured', () => {
    expect(ratio(spreadOf([3]), undefined)).toBeNull();
  });
});
