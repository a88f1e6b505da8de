import { describe, expect, it } from 'vitest';
import type { ZoneHealthCheck } from '../src/index.ts';
import { alias, ask, blindAlias, check, dataOf, host, latency, weighted, zoneOf } from './support/zone-of.ts';

/** Near New York, `near` answers 1 and 2; far from it, `far` answers 3 and 4. */
const branches = [
  host('near', 1, { ...weighted('n1', 1), ...check('c1') }),
  host('near', 2, { ...weighted('n2', 1), ...check('c2') }),
  host('far', 3, { ...weighted('f1', 1), ...check('c3') }),
  host('far', 4, { ...weighted('f2', 0), ...check('c4') }),
];
const tree = zoneOf([
  alias('www', 'near', latency('us-east-1')),
  alias('www', 'far', latency('eu-west-1')),
  ...branches,
]);

describe('an alias with EvaluateTargetHealth', () => {
  it.each([
    { rule: 'leads to its branch while all is well', down: [], answer: '192.0.2.1' },
    { rule: 'stays in its branch while one record there is healthy', down: ['c1'], answer: '192.0.2.2' },
    { rule: 'backs out of a branch without a healthy record', down: ['c1', 'c2'], answer: '192.0.2.3' },
    {
      rule: 'counts a healthy record of weight 0 in its branch',
      down: ['c1', 'c2', 'c3'],
      answer: '192.0.2.4',
    },
    {
      rule: 'leads to the best branch, failing open at every level, when all are unhealthy',
      down: ['c1', 'c2', 'c3', 'c4'],
      answer: '192.0.2.1',
    },
  ])('$rule', ({ down, answer }) => {
    expect(dataOf(ask(tree, 'www', { down }))).toEqual([answer]);
  });

  it('tells which records of a branch made it unhealthy, and by which check', () => {
    const [first] = ask(tree, 'www', { down: ['c1', 'c2'] }).reasons;
    expect(first).toMatchObject({
      failedOpen: false,
      candidates: [
        {
          setIdentifier: 'us-east-1',
          healthy: false,
          considered: false,
          because: [
            {
              kind: 'target',
              name: 'near.example.com',
              healthy: false,
              members: [
                {
                  setIdentifier: 'n1',
                  healthy: false,
                  because: [{ kind: 'check', id: 'c1', healthy: false }],
                },
                {
                  setIdentifier: 'n2',
                  healthy: false,
                  because: [{ kind: 'check', id: 'c2', healthy: false }],
                },
              ],
            },
          ],
        },
        { setIdentifier: 'eu-west-1', healthy: true, considered: true, chosen: true },
      ],
    });
  });

  it('tells at each level that it failed open', () => {
    const { reasons } = ask(tree, 'www', { down: ['c1', 'c2', 'c3', 'c4'] });
    expect(reasons).toMatchObject([
      { name: 'www.example.com', failedOpen: true },
      { name: 'near.example.com', failedOpen: true },
    ]);
  });

  it('must pass its own health check as well', () => {
    const zone = zoneOf([
      alias('www', 'near', { ...latency('us-east-1'), ...check('own') }),
      alias('www', 'far', latency('eu-west-1')),
      ...branches,
    ]);
    expect(dataOf(ask(zone, 'www', { down: ['own'] }))).toEqual(['192.0.2.3']);
    expect(dataOf(ask(zone, 'www', { down: ['c1', 'c2'] }))).toEqual(['192.0.2.3']);
    expect(dataOf(ask(zone, 'www'))).toEqual(['192.0.2.1']);
  });

  it('sees health through further aliases', () => {
    const zone = zoneOf([
      alias('www', 'middle', latency('us-east-1')),
      alias('www', 'far', latency('eu-west-1')),
      alias('middle', 'near'),
      ...branches,
    ]);
    expect(dataOf(ask(zone, 'www', { down: ['c1', 'c2'] }))).toEqual(['192.0.2.3']);
  });

  it('never leaves a branch that has a record without a check', () => {
    const zone = zoneOf([
      alias('www', 'near', latency('us-east-1')),
      alias('www', 'far', latency('eu-west-1')),
      host('near', 9, weighted('n3', 1)),
      ...branches,
    ]);
    expect(dataOf(ask(zone, 'www', { down: ['c1', 'c2'] }))).toEqual(['192.0.2.9']);
  });

  it('counts an API as healthy: API Gateway reports nothing', () => {
    const zone = zoneOf([
      {
        ...alias('www', 'x', latency('us-east-1')),
        target: { kind: 'alias-resource', dnsName: 'd-1.execute-api.example', evaluateTargetHealth: true },
      },
      alias('www', 'far', latency('eu-west-1')),
      ...branches,
    ]);
    expect(dataOf(ask(zone, 'www'))).toEqual(['d-1.execute-api.example']);
  });
});

describe('an alias without EvaluateTargetHealth', () => {
  const zone = zoneOf([
    blindAlias('www', 'near', { ...latency('us-east-1'), ...check('own') }),
    alias('www', 'far', latency('eu-west-1')),
    ...branches,
  ]);

  it('stays in its branch although nothing there is healthy', () => {
    const decision = ask(zone, 'www', { down: ['c1', 'c2'] });
    expect(dataOf(decision)).toEqual(['192.0.2.1']);
    expect(decision.reasons).toMatchObject([{ failedOpen: false }, { failedOpen: true }]);
  });

  it('still has its own health check', () => {
    expect(dataOf(ask(zone, 'www', { down: ['own'] }))).toEqual(['192.0.2.3']);
  });
});

describe('a calculated check', () => {
  const calculated = (parts: Partial<Extract<ZoneHealthCheck, { kind: 'calculated' }>>) =>
    zoneOf(
      [host('www', 1, { ...weighted('a', 1), ...check('sum') }), host('www', 2, weighted('b', 0))],
      [{ kind: 'calculated', id: 'sum', children: ['c1', 'c2', 'c3'], healthThreshold: 2, ...parts }],
    );
  const UP = '192.0.2.1';
  const DOWN = '192.0.2.2';

  it.each([
    {
      rule: 'is healthy with as many healthy children as its threshold',
      parts: {},
      down: ['c1'],
      answer: UP,
    },
    { rule: 'is unhealthy with fewer', parts: {}, down: ['c1', 'c3'], answer: DOWN },
    {
      rule: 'is always healthy with threshold 0',
      parts: { healthThreshold: 0 },
      down: ['c1', 'c2', 'c3'],
      answer: UP,
    },
    {
      rule: 'is never healthy with a threshold above the number of its children',
      parts: { healthThreshold: 4 },
      down: [],
      answer: DOWN,
    },
    { rule: 'tells the reverse when inverted', parts: { inverted: true }, down: [], answer: DOWN },
    {
      rule: 'is healthy when inverted and too few children are',
      parts: { inverted: true },
      down: ['c1', 'c2'],
      answer: UP,
    },
    { rule: 'is healthy when disabled', parts: { disabled: true }, down: ['c1', 'c2', 'c3'], answer: UP },
  ])('$rule', ({ parts, down, answer }) => {
    expect(dataOf(ask(calculated(parts), 'www', { down }))).toEqual([answer]);
  });

  it('counts a disabled child as healthy', () => {
    const zone = calculated({});
    const disabled: ZoneHealthCheck = { kind: 'endpoint', id: 'c1', disabled: true };
    const down = ['c1', 'c2'];
    expect(dataOf(ask({ ...zone, healthChecks: [...zone.healthChecks, disabled] }, 'www', { down }))).toEqual(
      [UP],
    );
    expect(dataOf(ask(zone, 'www', { down }))).toEqual([DOWN]);
  });

  it('tells its children and its threshold', () => {
    const [first] = ask(calculated({}), 'www', { down: ['c2'] }).reasons;
    expect(first).toMatchObject({
      candidates: [
        {
          because: [
            {
              id: 'sum',
              healthy: true,
              calculated: {
                healthThreshold: 2,
                inverted: false,
                children: [
                  { id: 'c1', healthy: true },
                  { id: 'c2', healthy: false },
                  { id: 'c3', healthy: true },
                ],
              },
            },
          ],
        },
        { because: [] },
      ],
    });
  });
});

describe('a record', () => {
  it('without a check is healthy', () => {
    expect(dataOf(ask(zoneOf([host('www', 1)]), 'www'))).toEqual(['192.0.2.1']);
  });

  it('of a disabled check is healthy', () => {
    const records = [
      host('www', 1, { ...weighted('a', 1), ...check('c1') }),
      host('www', 2, weighted('b', 0)),
    ];
    const zone = zoneOf(records, [{ kind: 'endpoint', id: 'c1', disabled: true }]);
    expect(dataOf(ask(zone, 'www', { down: ['c1'] }))).toEqual(['192.0.2.1']);
  });

  it('that is simple answers although its check fails: it is its whole group', () => {
    const { answers, reasons } = ask(zoneOf([host('www', 1, check('c1'))]), 'www', { down: ['c1'] });
    expect(answers).toHaveLength(1);
    expect(reasons).toMatchObject([{ failedOpen: true }]);
  });
});
