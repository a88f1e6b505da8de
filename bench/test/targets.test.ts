import { describe, expect, it } from 'vitest';
import { targetsTable } from '../src/report/sections.ts';
import { judge, type Target, targets } from '../src/targets.ts';
import { resultsOf, rowOf } from './results.ts';

const judgedOf = (word: string, results: Parameters<typeof judge>[1]) =>
  judge(
    targets.filter(({ text }) => text.includes(word)),
    results,
  )[0];

describe('a target', () => {
  it('is met where the ratio of two contenders is within it', () => {
    const results = resultsOf([
      rowOf('edge-proxy', { 'keep-alive': 60 }),
      rowOf('caddy', { 'keep-alive': 80 }),
    ]);
    expect(judgedOf('caddy', results)).toMatchObject({ value: 0.75, isMet: true });
  });

  it('is not met where it is beyond it', () => {
    const results = resultsOf([
      rowOf('edge-proxy', { 'keep-alive': 90 }),
      rowOf('caddy', { 'keep-alive': 80 }),
    ]);
    expect(judgedOf('caddy', results)).toMatchObject({ value: 1.125, isMet: false });
  });

  it('compares with the best of the other proxies on Node', () => {
    const rows = [
      rowOf('edge-proxy', { 'keep-alive': 60 }),
      rowOf('httpxy', { 'keep-alive': 150 }),
      rowOf('fast-proxy-undici', { 'keep-alive': 100 }),
    ];
    expect(judgedOf('best other', resultsOf(rows))).toMatchObject({ value: 0.6, isMet: true });
  });

  it('is judged by nobody where a part of it was not measured', () => {
    expect(judge(targets, resultsOf([])).map(({ isMet }) => isMet)).toEqual(targets.map(() => null));
  });

  it('may be a least', () => {
    const figures = [{ id: 'dns-core', title: 'DNS', value: 9_000, unit: '/s' }];
    expect(judgedOf('DNS', resultsOf([], { figures }))).toMatchObject({ isMet: false });
  });
});

describe('the table of targets', () => {
  it('gives the reason of what is not met', () => {
    const target: Target = {
      text: 'a thing',
      limit: 2,
      unit: 'x',
      wanted: 'at most',
      measure: () => 3,
      reason: 'it is slow',
    };
    expect(targetsTable(judge([target], resultsOf([])))).toBe(
      '| target | wanted | measured |  |\n| --- | ---: | ---: | ---: |\n| a thing | at most 2 × | 3.00 × | **not met** |\n\n- **a thing**: it is slow',
    );
  });
});
