import { expect, it } from 'vitest';
import { resultIn } from '../src/h2load.ts';

const output = (requests: string, codes: string): string => `
finished in 2.50s, 1000.00 req/s, 1.00MB/s
requests: ${requests}
status codes: ${codes}
traffic: 1.00MB (1) total
`;

it('counts what was answered with 2xx', () => {
  const requests = '2532 total, 2532 started, 2500 done, 2500 succeeded, 0 failed, 0 errored, 0 timeout';
  expect(resultIn(output(requests, '2500 2xx, 0 3xx, 0 4xx, 0 5xx'))).toEqual({ good: 2500, bad: 0 });
});

it('counts other answers, and none, as bad', () => {
  const requests = '2532 total, 2532 started, 2500 done, 2400 succeeded, 7 failed, 7 errored, 0 timeout';
  expect(resultIn(output(requests, '2400 2xx, 0 3xx, 100 4xx, 0 5xx'))).toEqual({ good: 2400, bad: 107 });
});
