import { describe, expect, it } from 'vitest';
import { parseEnvironment, parseTour } from '../src/index.ts';
import { fullTour, withFirstStep } from './documents.ts';

const problemsOf = (document: unknown): readonly string[] => {
  const result = parseTour(document);
  return result.ok ? [] : result.problems.map(({ code, pointer }) => `${code} ${pointer}`);
};

const where = (condition: unknown) => ({ ...fullTour, target: { where: condition } });
const body = (...blocks: readonly unknown[]) =>
  withFirstStep({ content: { en: { title: 'a', body: blocks } } });

it('accepts a tour that uses everything', () => {
  expect(parseTour(fullTour)).toEqual({ ok: true, tour: fullTour });
});

describe('addresses', () => {
  const link = (href: string) => body({ kind: 'paragraph', text: [{ text: 'a', href }] });
  const image = (src: string) => body({ kind: 'image', src, alt: 'a' });

  it.each(['https://example.com', 'https://example.com:8443/a?b#c', '/a', '?a=b', '#a', './a', '../a'])(
    'takes %j as a link and as a source',
    (address) => {
      expect(problemsOf(link(address))).toEqual([]);
      expect(problemsOf(image(address))).toEqual([]);
    },
  );

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'blob:https://example.com/1',
    'file:///etc/passwd',
    'http://example.com',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https://user:password@example.com',
    'https://example.com\\@evil.example',
    'https://',
    'page',
  ])('rejects %j', (address) => {
    expect(problemsOf(link(address))).toHaveLength(1);
    expect(problemsOf(image(address))).toHaveLength(1);
    expect(problemsOf(link(address))[0]).toMatch(/ \/steps\/0\/content\/en\/body\/0\/text\/0\/href$/);
  });

  it('has a code of its own for them, also in buttons', () => {
    const buttons = [{ action: 'link', label: { en: 'a' }, href: 'javascript:alert(1)' }];
    expect(problemsOf(withFirstStep({ buttons }))).toEqual(['TOURS_UNSAFE_CONTENT /steps/0/buttons/0/href']);
  });

  it('takes mail addresses as links alone', () => {
    expect(problemsOf(link('mailto:a@example.com'))).toEqual([]);
    expect(problemsOf(image('mailto:a@example.com'))).toEqual([
      'TOURS_UNSAFE_CONTENT /steps/0/content/en/body/0/src',
    ]);
  });
});

describe('conditions', () => {
  it('names the place in the alternative that was meant', () => {
    expect(problemsOf(where({ all: [{ any: [{ attr: 'a', op: 'nearly', value: 1 }] }] }))).toEqual([
      'TOURS_INVALID_VALUE /target/where/all/0/any/0/op',
    ]);
    expect(problemsOf(where({ attr: 'a', op: 'gt', value: 'b' }))).toEqual([
      'TOURS_INVALID_VALUE /target/where/value',
    ]);
  });

  it('takes four levels and rejects five', () => {
    const leaf = { attr: 'a', op: 'exists' };
    expect(problemsOf(where({ all: [{ any: [{ not: leaf }] }] }))).toEqual([]);
    expect(problemsOf(where({ all: [{ any: [{ not: { not: leaf } }] }] }))).toEqual([
      'TOURS_TOO_LARGE /target/where/all/0/any/0/not/not',
    ]);
  });

  it('rejects whatever names a person, since targeting is public', () => {
    expect(problemsOf(where({ attr: 'mail', op: 'in', value: ['a', 'jo@example.com'] }))).toEqual([
      'TOURS_PRIVATE_VALUE /target/where/value/1',
    ]);
    expect(problemsOf(where({ attr: 'mail', op: 'contains', value: '@example.com' }))).toEqual([]);
  });

  it.each([
    [{}, '/target/where/op'],
    [{ all: [] }, '/target/where/all'],
    [{ all: [{ attr: 'a', op: 'exists' }], any: [] }, '/target/where/any'],
    [{ attr: '__proto__', op: 'exists' }, '/target/where/attr'],
  ])('rejects %j', (condition, pointer) => {
    expect(problemsOf(where(condition)).map((problem) => problem.split(' ')[1])).toContain(pointer);
  });
});

it.each([
  [
    'a schedule that ends before it begins',
    { schedule: { from: '2027-02-01T00:00:00Z', to: '2027-01-01T00:00:00Z' } },
    '/schedule/to',
  ],
  ['a time without an offset', { schedule: { from: '2027-02-01T00:00:00' } }, '/schedule/from'],
  ['a pattern that is no glob', { target: { urls: [{ op: 'regex', value: '/a' }] } }, '/target/urls/0/op'],
  ['a page that is no address', { target: { urls: [{ op: 'glob', value: 'a*' }] } }, '/target/urls/0/value'],
  ['a percentage over 100', { target: { percent: 101 } }, '/target/percent'],
  ['an event with markup in its name', { trigger: { kind: 'event', event: '<b>' } }, '/trigger/event'],
])('rejects %s', (_, change, pointer) => {
  expect(problemsOf({ ...fullTour, ...change })).toEqual([`TOURS_INVALID_VALUE ${pointer}`]);
});

it('says of a step without a kind what is missing', () => {
  expect(problemsOf(withFirstStep({ kind: undefined }))).toEqual(['TOURS_MISSING_KEY /steps/0/kind']);
});

it('rejects a button that starts its own tour', () => {
  const buttons = [{ action: 'tour', label: { en: 'Again' }, tour: fullTour.id }];
  expect(problemsOf(withFirstStep({ buttons }))).toEqual(['TOURS_INVALID_VALUE /steps/0/buttons/0/tour']);
});

it('rejects a link that nobody sees', () => {
  expect(problemsOf(body({ kind: 'list', items: ['a', [{ text: ' ', href: '/a' }]] }))).toEqual([
    'TOURS_INVALID_VALUE /steps/0/content/en/body/0/items/1/0/text',
  ]);
});

it('rejects a click on a target that a modal does not have', () => {
  expect(problemsOf(withFirstStep({ kind: 'modal', advance: { on: 'click' } }))).toEqual(
    expect.arrayContaining(['TOURS_INVALID_VALUE /steps/0/advance/on']),
  );
});

it('rejects a text that reads differently from what it is', () => {
  expect(problemsOf(body({ kind: 'paragraph', text: 'a\u202eb' }))).toEqual([
    'TOURS_INVALID_VALUE /steps/0/content/en/body/0/text',
  ]);
});

describe('parseEnvironment', () => {
  const environment = {
    status: 'active',
    consent: 'required',
    domains: ['app.example.com', '*.example.com', 'localhost'],
    frequencyCap: { max: 1, windowHours: 24 },
    themes: {
      default: { scheme: 'auto', light: { primary: '#0af' }, radius: 8, fontFamily: 'Inter, sans-serif' },
    },
  };

  it('accepts one that says everything', () => {
    expect(parseEnvironment(environment)).toEqual({ ok: true, environment });
  });

  it.each([
    [
      'a colour that is CSS',
      { themes: { default: { light: { primary: 'url(//evil.example)' } } } },
      '/themes/default/light/primary',
    ],
    [
      'a font that ends its declaration',
      { themes: { a: { fontFamily: 'x;}*{color:red' } } },
      '/themes/a/fontFamily',
    ],
    ['a domain with a path', { domains: ['example.com/a'] }, '/domains/0'],
    ['an unknown status', { status: 'gone' }, '/status'],
  ])('rejects %s', (_, change, pointer) => {
    expect(parseEnvironment({ ...environment, ...change })).toMatchObject({
      problems: [{ code: 'TOURS_INVALID_VALUE', pointer }],
    });
  });

  it('rejects keys that reach a prototype', () => {
    expect(parseEnvironment(JSON.parse('{"themes":{"__proto__":{}}}'))).toMatchObject({
      problems: [{ code: 'TOURS_FORBIDDEN_KEY', pointer: '/themes/__proto__' }],
    });
  });
});
