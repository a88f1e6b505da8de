import vm from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PublishedPayload, renderScript, sampleAccount } from '../src/index.ts';

// Hands what it is called with to the test, as text: an object of another realm is never deeply equal.
const runtime = '(function (data) { globalThis.received = JSON.stringify(data); })\n';

const script = (tours: unknown): string =>
  renderScript({
    runtime,
    // Whatever the store holds must be delivered harmlessly, so the type is left behind on purpose.
    payload: { format: 1, tours: tours as PublishedPayload['tours'] },
    account: sampleAccount,
    revision: 7,
  });

const run = (text: string): unknown => {
  const context = vm.createContext(Object.create(null));
  vm.runInContext(text, context);
  return JSON.parse(String(vm.runInContext('received', context)));
};

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  ']]>',
  '");alert(1);("',
  "'$\u007balert(1)}`",
  '\\',
  '\u2028\u2029',
  '\ud800',
  '&lt;',
  '__proto__',
  'constructor',
];
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...HOSTILE, ...'</!-">\'&\\\n'), { maxLength: 8 }).map((parts) => parts.join('')),
);
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    nasty,
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(nasty, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe('renderScript', () => {
  it('calls the runtime with the account, its revision and its tours', () => {
    expect(run(script([{ id: 'a' }]))).toEqual({
      account: 'acme',
      revision: 7,
      format: 1,
      tours: [{ id: 'a' }],
    });
  });

  it('delivers any JSON unchanged, as data', () => {
    fc.assert(
      fc.property(anyJson, (tours) => {
        expect(JSON.stringify(run(script(tours)))).toBe(
          JSON.stringify({ account: 'acme', revision: 7, format: 1, tours }),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('can stand inside an inline script element, whatever the data', () => {
    fc.assert(
      fc.property(anyJson, (tours) => {
        const data = script(tours).slice(runtime.length - 1);
        expect(data).not.toMatch(/[<>&\u2028\u2029]/);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps a __proto__ key a key', () => {
    const tours: unknown = JSON.parse('[{"__proto__":{"polluted":true}}]');
    expect(JSON.stringify(run(script(tours)))).toContain('"__proto__":{"polluted":true}');
  });
});
