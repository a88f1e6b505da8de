import assert from 'node:assert/strict';
import type { ExpectedField } from './case.ts';
import { type Field, valuesOf } from './wire/message.ts';

/** Asserts what a message's fields of these names are. */
export function expectFields(
  whose: string,
  fields: readonly Field[],
  expected: Readonly<Record<string, ExpectedField>>,
): void {
  for (const [name, wanted] of Object.entries(expected)) {
    const found = valuesOf(fields, name);
    if (isForbidden(wanted)) {
      assert.ok(!found.some((value) => wanted.not.test(value)), `${whose} ${name}: ${shown(found)}`);
      continue;
    }
    const list = wanted === null ? [] : [wanted].flat();
    const right = found.length === list.length && list.every((each, index) => fits(each, found[index] ?? ''));
    assert.ok(right, `${whose} ${name}: expected ${shown(list)}, found ${shown(found)}`);
  }
}

const isForbidden = (wanted: ExpectedField): wanted is { readonly not: RegExp } =>
  wanted !== null && typeof wanted === 'object' && 'not' in wanted;

export const fits = (expected: string | RegExp, found: string): boolean =>
  typeof expected === 'string' ? expected === found : expected.test(found);

export function expectText(what: string, found: string, expected: string | RegExp): void {
  assert.ok(
    fits(expected, found),
    `${what}: expected ${shown([expected])}, found ${shown([clipped(found)])}`,
  );
}

export function expectBytes(what: string, found: Buffer, expected: string | Buffer | RegExp): void {
  if (expected instanceof RegExp) {
    expectText(what, found.toString('latin1'), expected);
    return;
  }
  const bytes = Buffer.from(expected);
  assert.ok(
    bytes.equals(found),
    `${what}: expected ${bytes.length} bytes ${JSON.stringify(clipped(bytes.toString('latin1')))}, found ${found.length} bytes ${JSON.stringify(clipped(found.toString('latin1')))}`,
  );
}

const clipped = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const shown = (list: readonly (string | RegExp)[]): string =>
  list.length === 0
    ? 'none'
    : list.map((each) => (typeof each === 'string' ? JSON.stringify(each) : String(each))).join(' and ');
