import { fileURLToPath } from 'node:url';
import type { EngineName } from '@isochrone/engines';
import { describe, expect, it } from 'vitest';
import { engineLimits } from '../src/limits-of-engines.ts';
import { type CaseResult, caseNames, runProxySuite } from '../src/suite.ts';
import { edgeProgram } from '../src/world/edge-program.ts';

const edgeProxyEntry = fileURLToPath(new URL('../../../apps/edge-proxy/dist/main.mjs', import.meta.url));
/** For the whole suite: a case that waits its turn is not late. */
const SUITE_MS = 1_200_000;

/** One test for each case. The suite plays many at a time; each test waits for the result of its own. */
export function describeEngine(engine: EngineName): void {
  const results = new Map(caseNames.map((name) => [name, Promise.withResolvers<CaseResult>()]));
  const limits = new Set(engineLimits[engine].map((each) => each.case));
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    runProxySuite({
      name: engine,
      start: edgeProgram(engine, { edgeProxyEntry }),
      skip: engineLimits[engine],
      onResult: (result) => results.get(result.name)?.resolve(result),
    }).catch((error: unknown) => {
      for (const { reject } of results.values()) reject(error);
    });
  };

  describe(engine, () => {
    it.each(caseNames)('%s', { timeout: SUITE_MS }, async (name) => {
      begin();
      const result = await results.get(name)?.promise;
      expect(result, result?.reason).toMatchObject({ outcome: limits.has(name) ? 'skipped' : 'passed' });
    });
  });
}
