import { describe, expect, it } from 'vitest';
import { ask, check, host, sharesOf, weighted, zoneOf } from './support/zone-of.ts';

const group = (...members: readonly (readonly [weight: number, watched?: 'watched'])[]) =>
  zoneOf(
    members.map(([weight, watched], index) =>
      host('www', index + 1, {
        ...weighted(`m${index + 1}`, weight),
        ...(watched ? check(`c${index + 1}`) : {}),
      }),
    ),
  );

describe('a weighted group', () => {
  it.each([
    { rule: 'shares by weight', zone: group([10], [20], [50]), shares: { 1: 125, 2: 250, 3: 625 } },
    {
      rule: 'shares by the weights that are left when one is unhealthy',
      zone: group([10, 'watched'], [20, 'watched'], [50, 'watched']),
      down: ['c2'],
      shares: { 1: 167, 3: 833 },
    },
    { rule: 'gives nothing to weight 0', zone: group([0], [1]), shares: { 2: 1000 } },
    {
      rule: 'turns to weight 0 when all others are unhealthy',
      zone: group([0], [1, 'watched'], [3, 'watched']),
      down: ['c2', 'c3'],
      shares: { 1: 1000 },
    },
    {
      rule: 'shares equally among several of weight 0 when it turns to them',
      zone: group([0], [0], [1, 'watched']),
      down: ['c3'],
      shares: { 1: 500, 2: 500 },
    },
    {
      rule: 'shares equally when all weigh 0',
      zone: group([0], [0], [0], [0]),
      shares: { 1: 250, 2: 250, 3: 250, 4: 250 },
    },
    {
      rule: 'leaves out unhealthy ones when all weigh 0',
      zone: group([0, 'watched'], [0, 'watched']),
      down: ['c1'],
      shares: { 2: 1000 },
    },
    {
      rule: 'shares by weight, as if all were healthy, when none is',
      zone: group([1, 'watched'], [3, 'watched'], [0, 'watched']),
      down: ['c1', 'c2', 'c3'],
      shares: { 1: 250, 2: 750 },
    },
    {
      rule: 'shares equally when none is healthy and all weigh 0',
      zone: group([0, 'watched'], [0, 'watched']),
      down: ['c1', 'c2'],
      shares: { 1: 500, 2: 500 },
    },
    {
      rule: 'always keeps a record that has no check',
      zone: group([1], [255, 'watched']),
      down: ['c2'],
      shares: { 1: 1000 },
    },
  ])('$rule', ({ zone, down = [], shares }) => {
    const addresses = Object.fromEntries(
      Object.entries(shares).map(([number, share]) => [`192.0.2.${number}`, share]),
    );
    expect(sharesOf(zone, 'www', { down })).toEqual(addresses);
  });

  it('tells the draw, the weight and the share', () => {
    const { reasons } = ask(group([1], [3]), 'www', { draw: 0.5 });
    expect(reasons).toMatchObject([
      {
        failedOpen: false,
        choice: { policy: 'weighted', weight: 3, share: 0.75, draw: 0.5 },
        candidates: [
          { setIdentifier: 'm1', weight: 1, healthy: true, considered: true, chosen: false, because: [] },
          { setIdentifier: 'm2', weight: 3, healthy: true, considered: true, chosen: true, because: [] },
        ],
      },
    ]);
  });

  it('is no reason to say that the answer depends on where the client is', () => {
    expect(ask(group([1], [3]), 'www').latencyBased).toBe(false);
  });

  it('tells that it failed open, and that nothing else did', () => {
    const zone = group([1, 'watched'], [1, 'watched']);
    const failedOpen = (down: readonly string[]) =>
      ask(zone, 'www', { down }).reasons.map((reason) => reason.kind === 'group' && reason.failedOpen);
    expect(failedOpen(['c1'])).toEqual([false]);
    expect(failedOpen(['c1', 'c2'])).toEqual([true]);
  });
});
