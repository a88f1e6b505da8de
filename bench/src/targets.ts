import type { BenchResult, Entrant } from './results.ts';
import type { Scenario } from './scenarios.ts';

/** A promise of speed, and what came of it. */
export interface Target {
  readonly what: string;
  /** In the unit that `bound` has. */
  readonly value: number | undefined;
  readonly bound: number;
  readonly direction: 'at most' | 'at least';
  /** For example `× nginx`, `ms`. */
  readonly unit: string;
}

/** Undefined where a part that it needs was not measured. */
export function isMet({ value, bound, direction }: Target): boolean | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined;
  return direction === 'at most' ? value <= bound : value >= bound;
}

const OTHER_NODE = ['http-proxy', 'httpxy', 'fast-proxy', 'fast-proxy-undici'];

/** The targets of this project; ratios compare medians of one run. */
export function targetsOf(result: BenchResult): readonly Target[] {
  const entrant = (name: string): Entrant | undefined => result.entrants.find((each) => each.name === name);
  const cpu = (name: string, scenario: Scenario['name']): number | undefined =>
    entrant(name)?.measured[scenario]?.cpu.median;
  const ratio = (scenario: Scenario['name'], one: string, other: string): number | undefined =>
    divided(cpu(one, scenario), cpu(other, scenario));
  const atMost = (what: string, value: number | undefined, bound: number, unit: string): Target => ({
    what,
    value,
    bound,
    direction: 'at most',
    unit,
  });
  const others = OTHER_NODE.flatMap((name) => cpu(name, 'keep-alive') ?? []);
  const bestOther = others.length === 0 ? undefined : Math.min(...others);
  const away = `${result.roundTripMs} ms away`;
  const silent = `after ${result.silenceSeconds} s of silence`;
  const largest = result.tooling?.at(-1);
  return [
    atMost('our haproxy.cfg, kept connections', ratio('keep-alive', 'haproxy', 'nginx'), 1.8, '× nginx'),
    atMost(
      'our haproxy.cfg without fallbacks, kept connections',
      ratio('keep-alive', 'haproxy-alone', 'nginx'),
      1.1,
      '× nginx',
    ),
    atMost(
      'our haproxy.cfg, kept connections',
      ratio('keep-alive', 'haproxy', 'story'),
      1 / 11,
      "× the story's",
    ),
    atMost('our haproxy.cfg, fresh TLS', ratio('fresh-tls', 'haproxy', 'nginx'), 1.2, '× nginx'),
    atMost(`our haproxy.cfg, first byte, ${away}`, entrant('haproxy')?.distance?.keepAlive, 66, 'ms'),
    atMost(
      'our edge-proxy, kept connections',
      ratio('keep-alive', 'edge-proxy', 'fastify-http-proxy'),
      0.65,
      '× @fastify/http-proxy',
    ),
    atMost(
      'our edge-proxy, kept connections',
      divided(cpu('edge-proxy', 'keep-alive'), bestOther),
      0.8,
      '× the best other Node proxy',
    ),
    atMost('our edge-proxy, kept connections', ratio('keep-alive', 'edge-proxy', 'caddy'), 1, '× caddy'),
    atMost(
      'our edge-proxy, fresh TLS',
      ratio('fresh-tls', 'edge-proxy', 'fastify-http-proxy'),
      0.85,
      '× @fastify/http-proxy',
    ),
    atMost(`our edge-proxy, first byte, ${away}`, entrant('edge-proxy')?.distance?.keepAlive, 64, 'ms'),
    atMost(
      `our edge-proxy, first byte ${silent}, ${away}`,
      entrant('edge-proxy')?.distance?.sparse,
      64,
      'ms',
    ),
    atMost('the function, warm, beside the store, p50', result.function?.warm['200']?.beside.p50, 2, 'ms'),
    atMost(`generate, ${largest?.regions ?? 'all'} regions`, largest?.generateMs, 300, 'ms'),
    {
      what: 'the local DNS server',
      value: result.dns?.perCore,
      bound: 10_000,
      direction: 'at least',
      unit: 'queries in a second of a core',
    },
  ];
}

const divided = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one / other;
