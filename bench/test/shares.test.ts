import { expect, it } from 'vitest';
import { sharesOf } from '../src/profile/shares.ts';

const node = (id: number, functionName: string, url = '') => ({
  id,
  callFrame: { functionName, url, lineNumber: 0, columnNumber: 0 },
});

it('shares the time that a process was busy out among its parts, largest first', () => {
  const profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'writev'),
      node(3, 'onread', 'node:internal/stream_base_commons'),
      node(4, '(garbage collector)'),
    ],
    samples: [1, 2, 3, 2, 4],
    timeDeltas: [5_000, 300, 150, 300, 250],
  };
  expect(sharesOf(profile)).toEqual([
    { part: 'native writes: encryption and sending', share: 0.6 },
    { part: 'garbage collection', share: 0.25 },
    { part: 'node:net', share: 0.15 },
  ]);
});
