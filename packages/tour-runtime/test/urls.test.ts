import type { UrlRule } from '@isochrone/tours';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesDomains, matchesGlob, matchesUrls } from '../src/urls.ts';

describe('a glob', () => {
  it.each([
    ['/a', '/a', true],
    ['/a', '/ab', false],
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/', true],
    ['/a/*', '/a/b/c', false],
    ['/a/**', '/a/b/c', true],
    ['/*/edit', '/7/edit', true],
    ['/**/edit', '/a/b/edit', true],
    ['/*.html', '/index.html', true],
    ['/a.c', '/abc', false],
    ['https://*.example.com/**', 'https://app.example.com/x/y', true],
    ['https://*.example.com/**', 'https://evil.com/.example.com/x', false],
    ['/ü*', '/übersicht', true],
  ])('%s against %s: %s', (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  it('says what a regular expression of the same meaning says', () => {
    const piece = fc.constantFrom('a', 'b', '/', '.', '*', '**');
    const glob = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const text = fc
      .array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 10 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(glob, text, (wanted, address) => {
        const source = wanted
          .replaceAll('.', '\\.')
          .split('**')
          .map((part) => part.replaceAll('*', '[^/]*'))
          .join('.*');
        expect(matchesGlob(wanted, address)).toBe(new RegExp(`^${source}$`).test(address));
      }),
      { numRuns: 2000 },
    );
  });

  it('made to be slow is decided in as many looks as both are long', () => {
    const glob = `/${'**a'.repeat(170)}b`;
    expect(matchesGlob(glob, `/${'a'.repeat(2000)}`)).toBe(false);
  });
});

describe('rules of addresses', () => {
  const page = { origin: 'https://app.example.com', pathname: '/reports/7' };
  const cases: readonly (readonly [readonly UrlRule[], boolean])[] = [
    [[], true],
    [[{ op: 'exact', value: '/reports/7' }], true],
    [[{ op: 'exact', value: '/reports' }], false],
    [[{ op: 'prefix', value: '/reports' }], true],
    [[{ op: 'prefix', value: 'https://app.example.com/' }], true],
    [[{ op: 'prefix', value: 'https://other.example.com/' }], false],
    [[{ op: 'not_glob', value: '/reports/*' }], false],
    [[{ op: 'not_glob', value: '/settings/*' }], true],
    [
      [
        { op: 'prefix', value: '/reports' },
        { op: 'not_glob', value: '**/7' },
      ],
      false,
    ],
    [
      [
        { op: 'exact', value: '/other' },
        { op: 'glob', value: '/*/7' },
      ],
      true,
    ],
  ];
  it.each(cases)('%j: %s', (rules, expected) => {
    expect(matchesUrls(rules, page)).toBe(expected);
  });
});

it.each([
  [undefined, 'any.example', true],
  [['app.example.com'], 'app.example.com', true],
  [['app.example.com'], 'example.com', false],
  [['*.example.com'], 'app.example.com', true],
  [['*.example.com'], 'example.com', false],
  [['*.example.com'], 'badexample.com', false],
])('domains %j and the host %s: %s', (domains, host, expected) => {
  expect(matchesDomains(domains, host)).toBe(expected);
});
