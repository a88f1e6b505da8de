import { expect, it } from 'vitest';
import { ticksIn } from '../src/cpu.ts';

it('adds what a process used itself and what its ended children did', () => {
  const fields = ['S', ...Array<string>(10).fill('0'), '100', '20', '3', '4', '20', '0'];
  expect(ticksIn(`12 (a (strange) name) ${fields.join(' ')}`)).toBe(127);
});
