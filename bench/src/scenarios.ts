import { cpuSeconds } from './cpu.ts';
import { h2load, type LoadOptions, type LoadResult } from './h2load.ts';
import { pacedVisits } from './paced.ts';
import type { Site } from './site.ts';
import { median } from './statistics.ts';

/** What one contender did in one round of one scenario. */
export interface Measurement {
  /** CPU of the proxy's processes for each good request, in microseconds. */
  readonly cpuMicros: number;
  /** Good requests in a second, where as many were made as it could answer. */
  readonly perSecond?: number;
  /** Median time to the first byte, connection included, where visitors came at a pace. */
  readonly ttfbMs?: number;
  /** Requests that were not answered, or not with 200. */
  readonly bad: number;
}

export interface Scenario {
  readonly name: 'keep-alive' | 'fresh-tls' | 'page' | 'h2';
  readonly title: string;
  readonly http2: boolean;
  measure(subject: Subject, seconds: number): Promise<Measurement>;
}

/** A contender that runs. */
export interface Subject {
  readonly site: Site;
  readonly port: number;
  readonly pid: number;
}

const WARM_UP_SECONDS = 1;

export const scenarios: readonly Scenario[] = [
  {
    name: 'keep-alive',
    title: '32 connections that stay open, HTTP/1.1',
    http2: false,
    measure: saturating({ protocol: 'h1', connections: 32, streams: 1 }),
  },
  {
    name: 'h2',
    title: '8 connections of HTTP/2 with 4 streams each',
    http2: true,
    measure: saturating({ protocol: 'h2', connections: 8, streams: 4 }),
  },
  {
    name: 'fresh-tls',
    title: 'a full TLS handshake for each request, which says `Connection: close`',
    http2: false,
    measure: (subject, seconds) => paced(subject, seconds, 'close'),
  },
  {
    name: 'page',
    title: 'a new connection for each request, as a browser that loads a page opens it',
    http2: false,
    measure: (subject, seconds) => paced(subject, seconds),
  },
];

function saturating(load: Omit<LoadOptions, 'seconds'>): Scenario['measure'] {
  return async ({ site, port, pid }, seconds) => {
    await h2load(site, port, { ...load, seconds: WARM_UP_SECONDS });
    const { result, cpu } = await spending(pid, () => h2load(site, port, { ...load, seconds }));
    return { ...perRequest(cpu, result), perSecond: result.good / seconds };
  };
}

async function paced({ site, port, pid }: Subject, seconds: number, says?: 'close'): Promise<Measurement> {
  const visiting = says === undefined ? {} : { says };
  await pacedVisits(site, port, WARM_UP_SECONDS, visiting);
  const { result, cpu } = await spending(pid, () => pacedVisits(site, port, seconds, visiting));
  return { ...perRequest(cpu, result), ttfbMs: median(result.ttfbMs) };
}

async function spending<T>(pid: number, act: () => Promise<T>): Promise<{ result: T; cpu: number }> {
  const before = await cpuSeconds(pid);
  const result = await act();
  return { result, cpu: (await cpuSeconds(pid)) - before };
}

const perRequest = (cpu: number, { good, bad }: LoadResult) => ({ cpuMicros: (cpu * 1e6) / good, bad });
