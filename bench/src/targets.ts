import type { FarAwayTimes, Measured, Results, Row } from './results.ts';
import type { ScenarioId } from './scenarios.ts';
import { ratio, type Spread } from './statistics.ts';

/** What speed is promised. */
export interface Target {
  readonly text: string;
  readonly limit: number;
  readonly unit: 'x' | 'ms' | '/s';
  /** Whether less or more is better. */
  readonly wanted: 'at most' | 'at least';
  /** null where a part of it was not measured. */
  measure(results: Results): number | null;
  /** Why it is not met, where it is known. */
  readonly reason?: string;
}

export interface Judged {
  readonly target: Target;
  readonly value: number | null;
  /** null where it was not measured. */
  readonly isMet: boolean | null;
}

export const judge = (targets: readonly Target[], results: Results): readonly Judged[] =>
  targets.map((target) => {
    const value = target.measure(results);
    return { target, value, isMet: value === null ? null : isWithin(target, value) };
  });

const isWithin = ({ limit, wanted }: Target, value: number): boolean =>
  wanted === 'at most' ? value <= limit : value >= limit;

const row = ({ rows }: Results, id: string): Row | undefined => rows.find((each) => each.id === id);

const measured = (results: Results, id: string, scenario: ScenarioId): Measured | undefined =>
  row(results, id)?.measured[scenario];

/** CPU of one contender in terms of another's. */
const times =
  (id: string, scenario: ScenarioId, other: string) =>
  (results: Results): number | null =>
    ratio(measured(results, id, scenario)?.cpuUs, measured(results, other, scenario)?.cpuUs);

const farAway =
  (id: string, what: keyof FarAwayTimes) =>
  (results: Results): number | null =>
    row(results, id)?.farAway?.[what]?.median ?? null;

const figure =
  (id: string) =>
  (results: Results): number | null =>
    results.figures.find((each) => each.id === id)?.value ?? null;

/** Node proxies other than ours and the one that it is built upon. */
const OTHER_NODE_PROXIES = ['http-proxy', 'httpxy', 'fast-proxy', 'fast-proxy-undici'] as const;

/** The cheapest of the other proxies on Node. */
function bestNodeProxy(results: Results): Spread | undefined {
  const spreads = OTHER_NODE_PROXIES.flatMap((id) => measured(results, id, 'keep-alive')?.cpuUs ?? []);
  return spreads.toSorted((a, b) => a.median - b.median)[0];
}

const HOP =
  'each request takes a hop within haproxy, opened anew: only so can haproxy 2.6 ask again without losing the SNI. The hop stays without fallbacks, too, because a kept connection that the API has closed is worth a second try.';
const BESIDE_FORWARDING =
  'besides forwarding, the edge does for each request what the others do not: a log line, metrics, client rate, an id, headers rebuilt both ways, deadlines and the books of failover. The profile of the edge-proxy says where its time goes.';

const atMost = (
  text: string,
  limit: number,
  unit: Target['unit'],
  measure: Target['measure'],
  reason?: string,
): Target => ({
  text,
  limit,
  unit,
  wanted: 'at most',
  measure,
  ...(reason === undefined ? {} : { reason }),
});

export const targets: readonly Target[] = [
  atMost(
    'our haproxy.cfg, keep-alive: CPU of nginx that does as much',
    1.8,
    'x',
    times('haproxy', 'keep-alive', 'nginx-equal'),
    HOP,
  ),
  atMost(
    'our haproxy.cfg with `edge.fallbacks: 0`, keep-alive: CPU of nginx that does as much',
    1.1,
    'x',
    times('haproxy-0', 'keep-alive', 'nginx-equal'),
    HOP,
  ),
  atMost(
    "our haproxy.cfg, keep-alive: CPU of the story's",
    1 / 11,
    'x',
    times('haproxy', 'keep-alive', 'story'),
    HOP,
  ),
  atMost(
    'our haproxy.cfg, fresh TLS: CPU of nginx that does as much',
    1.2,
    'x',
    times('haproxy', 'fresh', 'nginx-equal'),
  ),
  atMost(
    'our haproxy.cfg, API 60 ms away: first byte on an open connection',
    66,
    'ms',
    farAway('haproxy', 'kept'),
  ),
  atMost(
    'our edge-proxy, keep-alive: CPU of @fastify/http-proxy',
    0.65,
    'x',
    times('edge-proxy', 'keep-alive', 'fastify-http-proxy'),
    BESIDE_FORWARDING,
  ),
  atMost(
    'our edge-proxy, keep-alive: CPU of the best other proxy on Node',
    0.8,
    'x',
    (results) => ratio(measured(results, 'edge-proxy', 'keep-alive')?.cpuUs, bestNodeProxy(results)),
    BESIDE_FORWARDING,
  ),
  atMost(
    'our edge-proxy, keep-alive: CPU of caddy',
    1,
    'x',
    times('edge-proxy', 'keep-alive', 'caddy'),
    BESIDE_FORWARDING,
  ),
  atMost(
    'our edge-proxy, fresh TLS: CPU of @fastify/http-proxy',
    0.85,
    'x',
    times('edge-proxy', 'fresh', 'fastify-http-proxy'),
    "most of a fresh connection is the handshake, which is OpenSSL's in both.",
  ),
  atMost(
    'our edge-proxy, API 60 ms away: first byte on an open connection',
    64,
    'ms',
    farAway('edge-proxy', 'kept'),
  ),
  atMost(
    'our edge-proxy, API 60 ms away: first byte after 20 s of silence',
    64,
    'ms',
    farAway('edge-proxy', 'afterSilence'),
  ),
  atMost('function, warm: p50 beyond the store', 2, 'ms', figure('function-200-p50')),
  atMost('`./isochrone generate` of 33 regions, the whole command', 300, 'ms', figure('generate-command-33')),
  {
    text: 'DNS: queries per second of one core',
    limit: 10_000,
    unit: '/s',
    wanted: 'at least',
    measure: figure('dns-core'),
  },
];
