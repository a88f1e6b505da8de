import { describe, expect, it } from 'vitest';
import { figuresTable } from '../../src/drill/figures.ts';
import { judge } from '../../src/drill/result.ts';
import type { Timeline } from '../../src/drill/run.ts';
import type { Scenario } from '../../src/drill/scenario.ts';
import type { Visit } from '../../src/drill/visitor.ts';

const timeline: Timeline = {
  begun: 0,
  failed: 10_000,
  detected: 13_000,
  undone: 25_000,
  recovered: 27_000,
  ended: 40_000,
};
const TTL = 6;

const scenario = (failures: Scenario['failures']): Scenario => ({
  name: 'one',
  title: 'One',
  faults: [{ kind: 'proxy-stop', target: 'proxy 1/1' }],
  inTurn: false,
  detection: true,
  untilGone: false,
  hold: 3,
  failures,
});

/** A visitor in London who is answered at home, but for what is given. */
function london(different: Readonly<Record<number, Partial<Visit>>>, keepsOpen = false): readonly Visit[] {
  return Array.from({ length: 40 }, (_, second) => {
    const visit: Visit = { city: 'London', keepsOpen, at: second * 1_000, ms: 20, edge: 'eu-west-1' };
    const { edge, ...rest } = visit;
    const change = different[second];
    return change?.failure === undefined ? { ...visit, ...change } : { ...rest, ...change };
  });
}

const refused = { failure: 'refused' };

describe('judge', () => {
  it.each([
    ['none', 12, false],
    ['until-rerouted', 12, true],
    ['until-rerouted', 20, true],
    ['until-rerouted', 22, false],
    ['until-rerouted', 9, false],
    ['until-undone', 22, true],
    ['until-undone', 36, false],
  ] as const)('with failures allowed "%s" and one after %i s says ok: %s', (failures, second, ok) => {
    const result = judge(scenario(failures), london({ [second]: refused }), timeline, TTL);
    expect(result.ok).toBe(ok);
    expect(result.failures).toEqual({ refused: 1 });
    expect(result.lastFailureAfter).toBe(second - 10);
    expect(result.detectedAfter).toBe(3);
  });

  it('lets a request fail that was under way when the failure came', () => {
    const hanging = { 9: { failure: 'timeout', ms: 10_000 } };
    expect(judge(scenario('until-rerouted'), london(hanging), timeline, TTL).ok).toBe(true);
    expect(judge(scenario('none'), london(hanging), timeline, TTL).ok).toBe(false);
  });

  it('says where visitors went, and that they came home', () => {
    const away = Object.fromEntries([15, 16, 17].map((second) => [second, { edge: 'us-east-1' }]));
    const result = judge(scenario('none'), london(away), timeline, TTL);
    expect(result).toMatchObject({ ok: true, home: 1, visitors: 1, before: { 'eu-west-1': 10 } });
    expect(result.during).toEqual({ 'eu-west-1': 12, 'us-east-1': 3 });
    expect(result.after).toEqual({ 'eu-west-1': 7 });
  });

  it('misses those who did not come home, unless their connection is open', () => {
    const lost = { 39: { edge: 'us-east-1' } };
    expect(judge(scenario('none'), london(lost), timeline, TTL)).toMatchObject({
      ok: false,
      problems: ['London did not come home: eu-west-1 before, us-east-1 after'],
    });
    expect(judge(scenario('none'), london(lost, true), timeline, TTL)).toMatchObject({
      ok: true,
      home: 0,
      keptElsewhere: 1,
    });
  });
});

describe('figuresTable', () => {
  const result = judge(scenario('until-rerouted'), london({ 12: refused }), timeline, TTL);
  const own = '| One | 40 | 1 refused | 3.0 s | 2.0 s | 20 ms | 1 of 1 |';

  it('has a row for each drill', () => {
    expect(figuresTable('', [result]).split('\n').slice(2)).toEqual([own]);
  });

  it('keeps the rows of failures that were not drilled, and their order', () => {
    const other = '| Two | 1 | none | – | – | 1 ms | 1 of 1 |';
    const before = figuresTable('', [result]).replace(own, `${own.replace('40', '39')}\n${other}`);
    expect(figuresTable(before, [result]).split('\n').slice(2)).toEqual([own, other]);
  });
});
