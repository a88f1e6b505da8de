import { expect, it } from 'vitest';
import { counts, quantile } from '../../load/outages/figures.ts';
import type { Kind } from '../../load/outages/kind.ts';
import { engineTable, summaryOf } from '../../load/outages/report.ts';
import type { RunResult } from '../../load/outages/result.ts';
import { mixedWish } from '../../load/soak/mix.ts';
import { openRandom } from '../../load/soak/random.ts';
import { bodyFor } from '../../load/world/bodies.ts';

const kind = (name: string): Kind => ({
  name,
  title: `The ${name} happens`,
  proxies: 1,
  posts: false,
  act: async () => ({ problems: [] }),
});
const run = (more: Partial<RunResult> = {}): RunResult => ({
  ok: true,
  requests: 100,
  failures: {},
  cut: 0,
  retried: 0,
  latencies: { p50: 1, p99: 2, slowest: 3 },
  answeredBy: {},
  problems: [],
  note: '',
  wasCalm: true,
  heldUpMs: 0,
  ...more,
});

it('takes quantiles by nearest rank', () => {
  expect([0.5, 0.99, 1].map((share) => quantile([1, 2, 3, 4], share))).toEqual([2, 4, 4]);
  expect(quantile([], 0.5)).toBe(0);
});

it('counts the most frequent first', () => {
  expect(Object.entries(counts(['b', 'a', 'b', 'c']))).toEqual([
    ['b', 2],
    ['a', 1],
    ['c', 1],
  ]);
});

it('is not well when one of several runs was not', () => {
  const runs = [run(), run({ ok: false, failures: { reset: 2 } })];
  expect(summaryOf({ kind: kind('flood'), engine: 'haproxy', runs })).toMatchObject({
    ok: false,
    requests: 200,
    failed: 2,
    failures: { reset: 2 },
  });
});

it('keeps the rows of what was not played this time', () => {
  const before = engineTable([
    { kind: kind('flood'), engine: 'haproxy', runs: [run()] },
    { kind: kind('fire'), engine: 'haproxy', runs: [run()] },
  ]);
  const after = engineTable(
    [{ kind: kind('fire'), engine: 'haproxy', runs: [run({ requests: 7 })] }],
    before,
  );
  expect(
    after
      .split('\n')
      .slice(2)
      .map((row) => row.split(' | ').slice(0, 3)),
  ).toEqual([
    ['| The flood happens', '1', '100'],
    ['| The fire happens', '1', '7'],
  ]);
});

it('has a body of its own for every request', () => {
  expect(bodyFor('a', 5_000).equals(bodyFor('a', 5_000))).toBe(true);
  expect(bodyFor('a', 5_000).equals(bodyFor('b', 5_000))).toBe(false);
  expect(bodyFor('a', 3_000_000).length).toBe(3_000_000);
});

it('makes the same wishes of the same seed', () => {
  const wishes = (seed: number) => {
    const random = openRandom(seed);
    return Array.from({ length: 50 }, (_, number) => mixedWish(String(number), random));
  };
  expect(wishes(1)).toEqual(wishes(1));
  expect(wishes(1)).not.toEqual(wishes(2));
});
