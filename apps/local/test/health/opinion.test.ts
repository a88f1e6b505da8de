import { describe, expect, it } from 'vitest';
import { checkerRegions } from '../../src/health/checker-regions.ts';
import { afterProbe, firstOpinion, type Opinion, verdictOf } from '../../src/health/opinion.ts';

const after = (results: string, start: Opinion = firstOpinion): Opinion =>
  [...results].reduce((opinion, result) => afterProbe(opinion, result === '+', 3), start);

describe('afterProbe', () => {
  it.each([
    ['', true],
    ['--', true],
    ['---', false],
    ['--+--', true],
    ['---++', false],
    ['---++-++', false],
    ['---+++', true],
  ])('after the probes "%s" of a new check says healthy: %s', (results, healthy) => {
    expect(after(results).healthy).toBe(healthy);
  });
});

describe('verdictOf', () => {
  it.each([
    [8, 0, false],
    [8, 1, false],
    [8, 2, true],
    [3, 1, true],
    [3, 0, false],
    [50, 9, false],
    [50, 10, true],
  ])('of %i checkers, %i of them content, is healthy: %s', (all, content, healthy) => {
    const opinions = Array.from({ length: all }, (_, index) => ({ healthy: index < content, against: 0 }));
    expect(verdictOf(opinions)).toBe(healthy);
  });
});

describe('checkerRegions', () => {
  it.each([
    [6, 10, 8],
    [66, 10, 8],
    [66, 3, 3],
    [33, 1, 3],
    [10, 1, 6],
  ])('probes %i endpoints, %i s apart, from %i regions', (endpoints, interval, count) => {
    expect(new Set(checkerRegions(endpoints, interval)).size).toBe(count);
  });
});
