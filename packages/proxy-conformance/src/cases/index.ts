import type { ProxyCase } from '../case.ts';
import { connectionAge } from './connection-age.ts';
import { drain } from './drain.ts';
import { failover } from './failover.ts';
import { limits } from './limits.ts';
import { operation } from './operation.ts';
import { reload } from './reload.ts';
import { requestBodies } from './request-bodies.ts';
import { oversizedHeaders, requestHeaders } from './request-headers.ts';
import { responseBodies } from './response-bodies.ts';
import { responseHeaders } from './response-headers.ts';
import { routing } from './routing.ts';
import { smuggling } from './smuggling.ts';
import { streaming } from './streaming.ts';
import { tls } from './tls.ts';
import { upstreamHealth } from './upstream-health.ts';

/** By subject, as the table of docs/conformance.md shows them. */
export const caseGroups: Readonly<Record<string, readonly ProxyCase[]>> = {
  routing,
  headers: [...requestHeaders, ...responseHeaders, ...oversizedHeaders],
  bodies: [...requestBodies, ...responseBodies, ...streaming],
  smuggling,
  tls,
  failure: [...failover, ...upstreamHealth],
  limits,
  life: [...drain, ...reload, ...connectionAge, ...operation],
};

/** Every case under its full name: `headers: Via names the edge and HTTP/1.1`. */
export const allCases: readonly ProxyCase[] = Object.entries(caseGroups).flatMap(([group, cases]) =>
  cases.map((each) => ({ ...each, name: `${group}: ${each.name}` })),
);
