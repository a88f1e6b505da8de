import { expect, it } from 'vitest';
import { ticksUpTo } from '../src/chart.ts';
import { reportOf } from '../src/report.ts';
import type { BenchResult, Entrant } from '../src/results.ts';
import { isMet, targetsOf } from '../src/targets.ts';

const entrant = (name: string, title: string, micros: number): Entrant => ({
  name,
  title,
  measured: {
    'keep-alive': {
      cpu: { median: micros, least: micros - 1, most: micros + 2 },
      perSecond: 30_000,
      ttfb: undefined,
    },
    page: {
      cpu: { median: 10 * micros, least: 9 * micros, most: 11 * micros },
      perSecond: undefined,
      ttfb: 2.5,
    },
  },
  distance: { keepAlive: 63.2, fresh: 66.1, sparse: 62.9 },
  disqualified: undefined,
});

const result: BenchResult = {
  machine: {
    cpu: 'a <fast> one',
    cores: 2,
    kernel: '6.1.0',
    versions: { haproxy: '2.6.12', Node: '24.21.0' },
  },
  partial: false,
  rounds: 3,
  entrants: [
    entrant('haproxy', 'our haproxy.cfg', 45),
    entrant('haproxy-alone', 'our haproxy.cfg, `fallbacks: 0`', 31),
    entrant('nginx', 'nginx', 28),
    entrant('story', "the story's haproxy.cfg", 590),
    { ...entrant('caddy', 'caddy', 90), measured: {}, distance: undefined, disqualified: 'status 502' },
  ],
  roundTripMs: 60,
  silenceSeconds: 20,
  function: {
    warm: { '200': { beside: { p50: 0.4, p99: 1.2 }, store: { p50: 1, p99: 2 } } },
    coldImport: { p50: 90, p99: 120 },
  },
  dns: { perCore: 12_617, latencyMs: 4 },
  tooling: [
    { regions: 1, generateMs: 3, planMs: 2 },
    { regions: 33, generateMs: 120, planMs: 40 },
  ],
  publish: undefined,
  missing: { publish: 'no browser' },
};

it('writes tables and charts', async () => {
  const { sections, charts } = reportOf(result);
  const text = Object.entries(sections).map(([marker, section]) => `<!-- ${marker} -->\n\n${section}\n`);
  await expect(text.join('\n')).toMatchFileSnapshot('golden/sections.md');
  await expect(charts['keep-alive.svg']).toMatchFileSnapshot('golden/keep-alive.svg');
  expect(Object.keys(charts)).toEqual([
    'keep-alive.svg',
    'h2.svg',
    'fresh-tls.svg',
    'page.svg',
    'distance.svg',
  ]);
});

it('judges ratios of one run, and nothing that was not measured', () => {
  const verdicts = Object.fromEntries(
    targetsOf(result).map((target) => [`${target.what} ${target.unit}`, isMet(target)]),
  );
  expect(verdicts).toMatchObject({
    'our haproxy.cfg, kept connections × nginx': true,
    'our haproxy.cfg without fallbacks, kept connections × nginx': false,
    "our haproxy.cfg, kept connections × the story's": true,
    'our edge-proxy, kept connections × caddy': undefined,
    'the local DNS server queries in a second of a core': true,
  });
});

it.each([
  [7, [0, 2, 4, 6]],
  [610, [0, 200, 400, 600]],
])('marks %d by round numbers', (largest, ticks) => {
  expect(ticksUpTo(largest)).toEqual(ticks);
});
