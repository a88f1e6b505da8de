import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { barChart } from '../src/report/bar-chart.ts';
import { charts } from '../src/report/charts.ts';
import { sections } from '../src/report/sections.ts';
import { resultsOf, rowOf } from './results.ts';

const rows = [
  rowOf('story', { 'keep-alive': 600 }),
  rowOf('haproxy', { 'keep-alive': 50 }),
  rowOf('nginx-equal', { 'keep-alive': 40 }),
];

describe('a bar chart', () => {
  it('is drawn as it was', async () => {
    const svg = barChart('CPU & <time>', 'µs', [
      { label: 'ours', value: 30, min: 28, max: 33, isOurs: true },
      { label: 'another', value: 120, min: 110, max: 150, isOurs: false },
    ]);
    await expect(svg).toMatchFileSnapshot('golden/bar-chart.svg');
  });

  it('has no bars where nothing was measured', () => {
    expect(charts(resultsOf([]))['h2.svg']).not.toContain('<rect');
  });
});

describe('the sections', () => {
  it('compare everybody with nginx that does as much, and with the story', () => {
    expect(sections(resultsOf(rows))['keep-alive']).toContain(
      '| the haproxy | 50.0 (45.0–55.0) | 1.25 | 0.08 | 20,000 |',
    );
  });

  it('say what was not measured', () => {
    expect(sections(resultsOf(rows))['h2']).toBe('Not measured.');
  });

  it('say who has no figures, and why', () => {
    const absent = { ...rowOf('caddy', {}), absent: 'caddy is not on this machine' };
    expect(sections(resultsOf([absent]))['contenders']).toBe(
      '- **the caddy** has no figures: caddy is not on this machine',
    );
  });

  it('all have a place in docs/benchmarks.md', () => {
    const document = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8');
    const missing = Object.keys(sections(resultsOf(rows))).filter(
      (name) =>
        !document.includes(`<!-- bench: ${name} -->`) || !document.includes(`<!-- /bench: ${name} -->`),
    );
    expect(missing).toEqual([]);
  });

  it('all have their chart in docs/benchmarks.md', () => {
    const document = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8');
    expect(
      Object.keys(charts(resultsOf(rows))).filter((name) => !document.includes(`benchmarks/${name}`)),
    ).toEqual([]);
  });
});
