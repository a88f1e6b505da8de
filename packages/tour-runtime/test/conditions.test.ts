import type { Condition } from '@isochrone/tours';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../src/conditions.ts';

const now = Date.UTC(2027, 0, 31);
const traits = new Map<string, unknown>([
  ['plan', 'pro'],
  ['seats', 5],
  ['admin', true],
  ['teams', ['core', 'web']],
  ['since', '2027-01-30T00:00:00Z'],
  ['seen', Date.UTC(2026, 11, 1)],
  ['later', '2027-02-01T00:00:00Z'],
]);

describe('a comparison', () => {
  const cases: readonly (readonly [Condition, boolean])[] = [
    [{ attr: 'plan', op: 'exists' }, true],
    [{ attr: 'none', op: 'exists' }, false],
    [{ attr: 'plan', op: 'eq', value: 'pro' }, true],
    [{ attr: 'seats', op: 'eq', value: '5' }, false],
    [{ attr: 'admin', op: 'eq', value: true }, true],
    [{ attr: 'none', op: 'ne', value: 'x' }, true],
    [{ attr: 'plan', op: 'ne', value: 'pro' }, false],
    [{ attr: 'seats', op: 'gt', value: 4 }, true],
    [{ attr: 'seats', op: 'gt', value: 5 }, false],
    [{ attr: 'plan', op: 'gt', value: 0 }, false],
    [{ attr: 'seats', op: 'lt', value: 6 }, true],
    [{ attr: 'none', op: 'lt', value: 6 }, false],
    [{ attr: 'plan', op: 'contains', value: 'r' }, true],
    [{ attr: 'teams', op: 'contains', value: 'web' }, true],
    [{ attr: 'teams', op: 'contains', value: 'we' }, false],
    [{ attr: 'seats', op: 'contains', value: '5' }, false],
    [{ attr: 'plan', op: 'in', value: ['free', 'pro'] }, true],
    [{ attr: 'seats', op: 'in', value: ['5'] }, false],
    [{ attr: 'since', op: 'within_days', value: 1 }, true],
    [{ attr: 'seen', op: 'within_days', value: 30 }, false],
    [{ attr: 'seen', op: 'within_days', value: 61 }, true],
    [{ attr: 'later', op: 'within_days', value: 30 }, false],
    [{ attr: 'plan', op: 'within_days', value: 30 }, false],
  ];
  it.each(cases)('%j is %s', (condition, expected) => {
    expect(holds(condition, traits, now)).toBe(expected);
  });

  it('of an operator that this runtime does not know does not hold', () => {
    expect(holds({ attr: 'plan', op: 'matches', value: '.' } as unknown as Condition, traits, now)).toBe(
      false,
    );
  });
});

describe('conditions together', () => {
  const yes: Condition = { attr: 'plan', op: 'exists' };
  const no: Condition = { attr: 'none', op: 'exists' };
  const some = fc.array(fc.constantFrom(yes, no), { minLength: 1 });

  it('obey De Morgan', () => {
    fc.assert(
      fc.property(some, (several) => {
        const none = { not: { any: several } };
        const allNot = { all: several.map((one) => ({ not: one })) };
        expect(holds(none, traits, now)).toBe(holds(allNot, traits, now));
      }),
    );
  });

  it('hold as their parts do', () => {
    fc.assert(
      fc.property(some, (several) => {
        expect(holds({ all: several }, traits, now)).toBe(!several.includes(no));
        expect(holds({ any: several }, traits, now)).toBe(several.includes(yes));
      }),
    );
  });
});
