import type { Topology } from '@isochrone/topology';
import type { Answered } from './probe.ts';

/**
 * What lets a cache keep an answer that has to be live; null where nothing does. A cache may keep what is neither
 * private nor no-store, and may use what is not no-cache without asking (RFC 9111, section 5.2.2; RFC 9213 for CDNs).
 */
export function cacheFault({ delivery }: Topology, { headers, status }: Answered): string | null {
  const control = headers['cache-control'] ?? '';
  const directives = new Set(control.split(',').map((each) => each.trim().toLowerCase()));
  if (headers['age'] !== undefined) return `age: ${headers['age']}, so a cache answered`;
  // An error of a gateway says nothing of caching, and nobody keeps it: RFC 9111, section 4.2.2.
  if (status >= 500) return null;
  const mayBeStored = status === 200 || status === 304 ? delivery.cache === 'no-cache' : false;
  const isLive =
    directives.has('no-store') || (mayBeStored && directives.has('private') && directives.has('no-cache'));
  if (!isLive) return `cache-control: ${control === '' ? 'none' : control}`;
  if (headers['cdn-cache-control'] !== 'no-store')
    return `cdn-cache-control: ${headers['cdn-cache-control'] ?? 'none'}`;
  return null;
}
