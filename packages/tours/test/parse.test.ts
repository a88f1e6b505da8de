import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits, parseTour, sampleTour } from '../src/index.ts';

const [first, second, third] = sampleTour.steps;

/** Code and place of every problem, for comparison. */
const problemsOf = (document: unknown): readonly string[] => {
  const result = parseTour(document);
  return result.ok ? [] : result.problems.map(({ code, pointer }) => `${code} ${pointer}`);
};

describe('parseTour', () => {
  it('accepts the sample tour as it stands', () => {
    expect(parseTour(sampleTour)).toEqual({ ok: true, tour: sampleTour });
  });

  it('reports every problem at once, each with a JSON pointer', () => {
    const document = {
      ...sampleTour,
      colour: 'red',
      shade: 'dark',
      id: 'tour_1',
      frequency: undefined,
      steps: [
        { ...first, kind: 'balloon' },
        second,
        { ...third, anchor: { path: [] }, content: { 'en/us': { title: 'x', body: [] } } },
        second,
        { ...third, content: { de: third?.content['de'] } },
      ],
    };
    expect(problemsOf(document)).toEqual([
      'TOURS_INVALID_VALUE /id',
      'TOURS_MISSING_KEY /frequency',
      'TOURS_INVALID_VALUE /steps/0/kind',
      'TOURS_INVALID_VALUE /steps/2/content/en~1us',
      'TOURS_INVALID_VALUE /steps/2/anchor/path',
      'TOURS_UNKNOWN_KEY /colour',
      'TOURS_UNKNOWN_KEY /shade',
      'TOURS_DUPLICATE_STEP /steps/3/id',
      'TOURS_MISSING_LOCALE /steps/4/content',
    ]);
  });

  it('says what it got, in lower case', () => {
    const result = parseTour({ ...sampleTour, steps: 'none' });
    expect(result).toMatchObject({
      problems: [{ pointer: '/steps', message: 'invalid input: expected array, received string' }],
    });
  });

  it.each([
    [
      'a label without the default locale',
      { buttons: [{ action: 'next', label: { de: 'Weiter' } }] },
      'TOURS_MISSING_LOCALE /steps/0/buttons/0/label',
    ],
    [
      'an empty title',
      { content: { en: { title: '', body: [] } } },
      'TOURS_INVALID_VALUE /steps/0/content/en/title',
    ],
    [
      'a control character',
      { content: { en: { title: 'a\u0000b', body: [] } } },
      'TOURS_INVALID_VALUE /steps/0/content/en/title',
    ],
    [
      'a lone surrogate',
      { content: { en: { title: 'a\ud800', body: [] } } },
      'TOURS_INVALID_VALUE /steps/0/content/en/title',
    ],
    [
      'an unknown key in a block',
      { content: { en: { title: 'a', body: [{ kind: 'paragraph', text: 'b', html: 'c' }] } } },
      'TOURS_UNKNOWN_KEY /steps/0/content/en/body/0/html',
    ],
    [
      'a wait past the limit',
      { anchor: { path: ['a'], waitMs: limits.waitMs + 1 } },
      'TOURS_INVALID_VALUE /steps/0/anchor/waitMs',
    ],
    [
      'a selector past the limit',
      { anchor: { path: ['a'.repeat(limits.selector + 1)] } },
      'TOURS_INVALID_VALUE /steps/0/anchor/path/0',
    ],
  ])('rejects %s', (_, change, problem) => {
    expect(problemsOf({ ...sampleTour, steps: [{ ...first, ...change }] })).toEqual([problem]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('rejects the key %s at any depth', (key) => {
    const title = '{"en":{"title":"a","body":[]}';
    const document: unknown = JSON.parse(`{"${key}":1,"steps":[{"content":${title},"${key}":{}}}]}`);
    expect(problemsOf(document)).toEqual(
      [`TOURS_FORBIDDEN_KEY /steps/0/content/${key}`, `TOURS_FORBIDDEN_KEY /${key}`].toSorted(),
    );
  });

  it('rejects nesting past the limit without following it', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    expect(problemsOf(deep)).toEqual([`TOURS_TOO_LARGE ${'/0'.repeat(limits.nesting)}`]);
  });

  it('rejects a document past the total length, however its parts keep within theirs', () => {
    const body = Array.from({ length: limits.blocks }, () => ({
      kind: 'paragraph',
      text: 'x'.repeat(limits.paragraph),
    }));
    const steps = Array.from({ length: 7 }, (_, index) => ({
      id: `step-${index}`,
      kind: 'modal',
      content: { en: { title: 'Long', body } },
    }));
    expect(problemsOf({ ...sampleTour, steps })).toEqual(['TOURS_TOO_LARGE ']);
  });

  it('takes any JSON without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(sampleTour)), (value, key) => {
        parseTour(value);
        parseTour({ ...sampleTour, [key]: value });
        parseTour({ ...sampleTour, steps: [first, { ...second, [key]: value, content: value }] });
      }),
      { numRuns: 500 },
    );
  });
});
