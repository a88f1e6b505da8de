import { expect, it } from 'vitest';
import { pickLocale } from '../src/locale.ts';

it.each([
  [['pt-BR', 'en'], 'pt-BR', 'the very tag'],
  [['PT-br'], 'pt-BR', 'the very tag, in another case'],
  [['de-AT'], 'de', 'the base language'],
  [['ja', 'de'], 'de', 'the next preferred language'],
  [['pt'], 'en', 'the default, not another region’s variant'],
  [[], 'en', 'the default'],
])('picks for %j: %s (%s)', (preferred, expected) => {
  expect(pickLocale(['en', 'de', 'pt-BR'], preferred, 'en')).toBe(expected);
});
