import type { ProxyCase } from '../case.ts';
import { bodies } from './bodies.ts';
import { failure } from './failure.ts';
import { headers } from './headers.ts';
import { life } from './life.ts';
import { limits } from './limits.ts';
import { routing } from './routing.ts';
import { smuggling } from './smuggling.ts';
import { tls } from './tls.ts';

/** By subject, as the table of docs/conformance.md shows them. */
export const caseGroups: Readonly<Record<string, readonly ProxyCase[]>> = {
  routing,
  headers,
  bodies,
  smuggling,
  tls,
  failure,
  limits,
  life,
};

/** Every case under its full name: `headers: Via names the edge and HTTP/1.1`. */
export const allCases: readonly ProxyCase[] = Object.entries(caseGroups).flatMap(([group, cases]) =>
  cases.map((each) => ({ ...each, name: `${group}: ${each.name}` })),
);
