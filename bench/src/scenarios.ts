import type { Endpoint } from '@isochrone/config-gen';
import { h2load } from './load/h2load.ts';
import { hey } from './load/hey.ts';
import type { Outcome } from './load/outcome.ts';
import { pageLoads } from './load/page-loads.ts';
import type { LoadSite } from './load/tool.ts';

export const scenarioIds = ['keep-alive', 'fresh', 'pages', 'h2'] as const;
export type ScenarioId = (typeof scenarioIds)[number];

/** One kind of load. */
export interface Scenario {
  readonly id: ScenarioId;
  readonly title: string;
  /** What it does, as the report says it. */
  readonly text: string;
  readonly needsHttp2: boolean;
  run(site: LoadSite, at: Endpoint, ca: string): Promise<Outcome>;
}

/** Slow enough for every contender, so that what is measured is not a queue. */
const PAGES_PER_SECOND = 150;

export const scenarios: readonly Scenario[] = [
  {
    id: 'keep-alive',
    title: 'Connections that stay open',
    text: 'h2load over HTTP/1.1, 32 connections that stay open, as many requests as are answered',
    needsHttp2: false,
    run: (site, at) => h2load(site, at, { protocol: 'http/1.1', connections: 32, streams: 1 }),
  },
  {
    id: 'fresh',
    title: 'A new TLS connection for each request',
    text: 'hey, 16 at a time, a full handshake of TLS 1.3 for each request, which says `Connection: close`',
    needsHttp2: false,
    run: (site, at) => hey(site, at),
  },
  {
    id: 'pages',
    title: 'Page loads',
    text: `visitors who come at ${PAGES_PER_SECOND} a second, each with a full handshake, HTTP/2 where it is offered, one request, and leave by themselves`,
    needsHttp2: false,
    run: (site, at, ca) => pageLoads(site, at, { rate: PAGES_PER_SECOND, ca }),
  },
  {
    id: 'h2',
    title: 'HTTP/2',
    text: 'h2load over HTTP/2, 8 connections with 4 streams each, as many requests as are answered',
    needsHttp2: true,
    run: (site, at) => h2load(site, at, { protocol: 'h2', connections: 8, streams: 4 }),
  },
];
