import { describe, expect, it } from 'vitest';
import { readH2load } from '../src/load/h2load.ts';
import { readHey } from '../src/load/hey.ts';

describe('a report of h2load', () => {
  it('tells good answers from others', () => {
    const report = `finished in 3.00s, 1200.50 req/s, 14.1MB/s
requests: 3605 total, 3610 started, 3605 done, 3598 succeeded, 7 failed, 3 errored, 0 timeout
status codes: 3598 2xx, 0 3xx, 1 4xx, 3 5xx
`;
    expect(readH2load(report)).toEqual({ good: 3598, bad: 7, perSecond: 1200.5 });
  });
});

describe('a report of hey', () => {
  it('counts statuses other than 200 and errors as bad', () => {
    const report = `Summary:
  Requests/sec:	1430.0012

Status code distribution:
  [200]	4000 responses
  [502]	12 responses

Error distribution:
  [5]	Get "https://127.70.0.1:8443/acme.js": EOF
`;
    expect(readHey(report)).toEqual({ good: 4000, bad: 17, perSecond: 1430.0012 });
  });
});
