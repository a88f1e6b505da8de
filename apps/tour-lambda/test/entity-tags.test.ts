import { describe, expect, it } from 'vitest';
import { matchHolds, noneMatchFails } from '../src/http/entity-tags.ts';

describe('noneMatchFails', () => {
  it.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['*', true],
    ['"b", "a"', true],
    ['"b","c"', false],
    ['a', false],
    ['', false],
  ])('says of %j against "a": %s', (header, expected) => {
    expect(noneMatchFails(header, '"a"')).toBe(expected);
  });

  it('takes a comma inside a tag as part of the tag', () => {
    expect(noneMatchFails('"a,b"', '"a,b"')).toBe(true);
    expect(noneMatchFails('"a,b"', '"a"')).toBe(false);
  });
});

describe('matchHolds', () => {
  it.each([
    [undefined, '"v1"', true],
    [undefined, undefined, true],
    ['"v1"', '"v1"', true],
    ['"v2", "v1"', '"v1"', true],
    ['"v2"', '"v1"', false],
    ['W/"v1"', '"v1"', false],
    ['*', '"v1"', true],
    ['*', undefined, false],
    ['"v1"', undefined, false],
  ])('says of %j against %j: %s', (header, current, expected) => {
    expect(matchHolds(header, current)).toBe(expected);
  });
});
