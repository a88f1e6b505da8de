import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { engineLimits } from '../src/limits-of-engines.ts';
import { conformancePage } from '../src/report.ts';
import { caseNames } from '../src/suite.ts';

const page = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');

it('docs/conformance.md says what the cases and limits say; the engines are held to both by their own tests', () => {
  const suites = (['haproxy', 'fastify'] as const).map((engine) => {
    const reasons = new Map(engineLimits[engine].map((each) => [each.case, each.reason]));
    const results = caseNames.map((name) => {
      const reason = reasons.get(name);
      return reason === undefined
        ? { name, outcome: 'passed' as const, ms: 0 }
        : { name, outcome: 'skipped' as const, reason, ms: 0 };
    });
    return { engine, results, failed: 0, skipped: reasons.size };
  });
  expect(page).toBe(conformancePage(suites));
});
