import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { adaptDriver } from '../driver-patches.ts';

const source = await readFile(fileURLToPath(import.meta.resolve('driver.js')), 'utf8');

it('leaves nothing of driver.js that reads text as HTML', () => {
  expect(source).toContain('innerHTML');
  expect(adaptDriver(source)).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML/);
});

it('refuses another driver.js than the one that was read', () => {
  expect(() => adaptDriver(source.replace('isActive:', 'active:'))).toThrow(
    'driver.js has 0 of "let g={isActive:"',
  );
  expect(() => adaptDriver(`${source}let g={isActive:`)).toThrow('driver.js has 2 of');
});
