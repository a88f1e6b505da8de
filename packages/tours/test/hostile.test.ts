import vm from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileTours, isSafeLink, isSafeSource, parseTour, renderScript, type Tour } from '../src/index.ts';
import { fullTour } from './documents.ts';

/** Known ways of getting markup, script or styles through (OWASP's and PortSwigger's lists, shortened). */
const VECTORS = [
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '</ScRiPt ><img src=x onerror=alert(1)>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert&#40;1)</script>',
  '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<body onload=alert(1)>',
  '<details open ontoggle=alert(1)>',
  '<!--<script>',
  '--><script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "'-alert(1)-'",
  '"-alert(1)-"',
  '\\"-alert(1)}//',
  '${alert(1)}',
  '{{constructor.constructor("alert(1)")()}}',
  '`;alert(1)//',
  '");alert(1);("',
  '\u2028alert(1)\u2029',
  '\\u003cscript\\u003ealert(1)',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#x3C;script&#x3E;',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '+ADw-script+AD4-alert(1)',
  'expression(alert(1))',
  '</style><script>alert(1)</script>',
  '@import "//evil.example/x.css"',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  ' javascript:alert(1)',
  'javascript://example.com/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml,<svg onload=alert(1)>',
  'vbscript:msgbox(1)',
  'blob:https://example.com/a',
  'filesystem:https://example.com/a',
  '//evil.example/x',
  '/\\evil.example',
  'https:evil.example',
  'https://example.com@evil.example',
  'https://user:pass@evil.example',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
];

const hostile = fc.oneof(
  fc.constantFrom(...VECTORS),
  fc.tuple(fc.constantFrom(...VECTORS), fc.string({ unit: 'binary', maxLength: 20 })).map(([a, b]) => a + b),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** The full tour with hostile texts in place of some of its texts, and of some of its keys. */
const hostileTour = fc
  .tuple(
    fc.array(hostile, { minLength: 1, maxLength: 6 }),
    fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
  )
  .map(([texts, places]) => {
    const paths = placesIn(fullTour);
    const document: unknown = JSON.parse(JSON.stringify(fullTour));
    for (const [index, text] of texts.entries()) {
      const place = places[index] ?? 0;
      put(document, paths[place % paths.length] ?? [], text, place % 7 === 0);
    }
    return document;
  });

it('rejects 10,000 hostile documents, or delivers them as text and nothing else', () => {
  let accepted = 0;
  fc.assert(
    fc.property(hostileTour, (document) => {
      const result = parseTour(document);
      if (!result.ok) {
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { pointer } of result.problems) expect(pointer).toMatch(/^(?:\/|$)/);
        return;
      }
      accepted += 1;
      delivers(result.tour);
    }),
    { numRuns: 10_000 },
  );
  // Or nothing would have been tried.
  expect(accepted).toBeGreaterThan(500);
}, 600_000);

// One for all: it is only ever written to by the runtime below.
const context = vm.createContext(Object.create(null));

const runtime = '(function (data) { globalThis.received = JSON.stringify(data); })';

function delivers(tour: Tour): void {
  const payload = compileTours([tour]);
  const script = renderScript({ runtime, payload, account: 'acme', revision: 1 });
  // Whole in a file of its own, and whole inside an inline element.
  expect(script.slice(runtime.length)).not.toMatch(/[<>&\u2028\u2029]/);
  vm.runInContext(script, context);
  const received: unknown = JSON.parse(String(vm.runInContext('received', context)));
  expect(received).toEqual({ account: 'acme', revision: 1, ...JSON.parse(JSON.stringify(payload)) });
  for (const address of addressesIn(payload)) expect(isSafeLink(address) || isSafeSource(address)).toBe(true);
}

type Path = readonly (string | number)[];

/** The places of all texts of a document. */
function placesIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value === 'string') return [path];
  if (Array.isArray(value)) return value.flatMap((each, index) => placesIn(each, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]));
}

function put(document: unknown, path: Path, text: string, asKey: boolean): void {
  let parent = document;
  for (const part of path.slice(0, -1)) parent = Reflect.get(Object(parent), part);
  if (typeof parent !== 'object' || parent === null) return;
  const key = asKey ? text : (path.at(-1) ?? '');
  Object.defineProperty(parent, key, { value: text, enumerable: true, configurable: true, writable: true });
}

function addressesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) =>
    (key === 'href' || key === 'src') && typeof each === 'string' ? [each] : addressesIn(each),
  );
}
