import { expect, it } from 'vitest';
import { Misuse, optionsFrom } from '../src/options.ts';

it('takes contenders and parts', () => {
  expect(optionsFrom(['--only', 'nginx', '--only', 'dns', '--quick'])).toMatchObject({
    only: ['nginx', 'dns'],
    quick: true,
  });
});

it.each([
  [['--only', 'apache'], '--only is "apache", expected one of haproxy'],
  [['--write', '--quick'], '--write needs a whole run'],
  [['--fast'], "Unknown option '--fast'"],
])('refuses %s', (args, message) => {
  expect(() => optionsFrom(args)).toThrow(Misuse);
  expect(() => optionsFrom(args)).toThrow(message);
});
