import { expect, it } from 'vitest';
import { accountKeyPattern, sampleAccount, sampleTour, tourIdPattern } from '../src/index.ts';

it('knows the sample account and tour', () => {
  expect(sampleAccount).toMatch(accountKeyPattern);
  expect(sampleTour.id).toMatch(tourIdPattern);
});

it.each(['', 'a', '-ab', 'Acme', 'a/b', 'a.js', '../x', 'a\n', 'x'.repeat(64), '__proto__'])(
  'rejects %j as an account key',
  (key) => {
    expect(key).not.toMatch(accountKeyPattern);
  },
);

it.each(['', 'tour_', 'tour_01JD3Q8ZB4W6E5R7T9Y2XKVNMI', 'tour_01jd3q8zb4w6e5r7t9y2xkvnmc', 'TOUR#x'])(
  'rejects %j as a tour id',
  (id) => {
    expect(id).not.toMatch(tourIdPattern);
  },
);
