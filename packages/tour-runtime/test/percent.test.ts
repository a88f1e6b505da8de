import { expect, it } from 'vitest';
import { percentOf } from '../src/percent.ts';

it('is the same for the same text, whatever the release: who was chosen stays chosen', () => {
  expect(['', 'a', 'tour:u1', 'tour:u2'].map((text) => percentOf(text).toFixed(4))).toMatchInlineSnapshot(`
    [
      "66.8922",
      "10.3526",
      "16.5353",
      "18.4911",
    ]
  `);
});

it('chooses as large a part as it was asked for, of ids that hardly differ', () => {
  for (const percent of [1, 10, 50, 90]) {
    const users = Array.from({ length: 20_000 }, (_, user) => percentOf(`tour_A:${user}`));
    const chosen = users.filter((value) => value < percent).length / users.length;
    expect(Math.abs(chosen * 100 - percent)).toBeLessThan(1);
  }
});

it('chooses others for another tour', () => {
  const chosen = (tour: string) =>
    new Set(
      Array.from({ length: 1000 }, (_, user) => user).filter((user) => percentOf(`${tour}:${user}`) < 50),
    );
  const first = chosen('tour_A');
  const both = [...chosen('tour_B')].filter((user) => first.has(user)).length;
  expect(both).toBeGreaterThan(200);
  expect(both).toBeLessThan(300);
});
