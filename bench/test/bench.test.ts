import { expect, it } from 'vitest';
import { bench } from '../src/bench.ts';

it('checks and measures a contender, from start to figures', async () => {
  const { rows } = await bench({
    contenders: ['haproxy'],
    parts: ['pages'],
    rounds: 1,
    seconds: 1,
    warmUpSeconds: 1,
    farRequests: 1,
    silences: 0,
    repeats: 1,
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  expect(rows).toMatchObject([{ id: 'haproxy', absent: null }]);
  expect(rows[0]?.measured.pages?.cpuUs.median).toBeGreaterThan(0);
});
