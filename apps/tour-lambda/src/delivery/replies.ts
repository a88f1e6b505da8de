import { noneMatchFails } from '../http/entity-tags.ts';
import type { Headers, Reply } from '../http/reply.ts';
import type { Site } from '../site.ts';
import type { EncodedScript } from './scripts.ts';

/** Any page may load the script, read its errors and time it, pages with COEP included. */
export const anywhere: Headers = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'timing-allow-origin': '*',
};

export interface ScriptAnswer {
  readonly script: EncodedScript;
  readonly site: Site;
  readonly revision: number;
  readonly ifNoneMatch: string | undefined;
  /** Milliseconds by name, for Server-Timing. */
  readonly timings: Readonly<Record<string, number>>;
}

/** 200 with the script, or 304 where the browser has these very bytes. */
export function scriptReply({ script, site, revision, ifNoneMatch, timings }: ScriptAnswer): Reply {
  const { coding, bytes, etag } = script;
  const stored = site.cache === 'no-cache';
  const headers: Headers = {
    // On a 304 too: the gateway fills in text/plain where it is missing, and caches would take that over.
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': stored ? 'private, no-cache' : 'no-store',
    vary: 'accept-encoding',
    'server-timing': serverTiming(timings, site.region),
    'x-tours-revision': String(revision),
    ...(stored ? { etag } : {}),
  };
  if (stored && noneMatchFails(ifNoneMatch, etag)) return { status: 304, headers };
  if (coding === 'identity') return { status: 200, headers, body: bytes.toString('utf8') };
  return { status: 200, headers: { ...headers, 'content-encoding': coding }, body: bytes };
}

function serverTiming(timings: ScriptAnswer['timings'], region: string): string {
  const durations = Object.entries(timings).map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`);
  return [...durations, `region;desc="${region}"`].join(', ');
}
