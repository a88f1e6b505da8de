import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { edgeProgram, runProxySuite, type Skip } from '../src/index.ts';
import { caseNames, MAX_SKIPS } from '../src/suite.ts';

const edgeProxyEntry = fileURLToPath(new URL('../../../apps/edge-proxy/dist/main.mjs', import.meta.url));
const start = edgeProgram('haproxy', { edgeProxyEntry });
const SERVED = "routing: HTTP/1.1 reaches the own region's API with its Host and SNI";

const run = (options: { readonly skip?: readonly Skip[]; readonly name?: string }) =>
  runProxySuite({ name: 'haproxy', start, only: (name) => name === SERVED, ...options });

describe('the suite', () => {
  it('has names for its cases that differ', () => {
    expect(new Set(caseNames).size).toBe(caseNames.length);
  });

  it('passes an engine that does as it should', async () => {
    expect(await run({})).toMatchObject({
      failed: 0,
      skipped: 0,
      results: [{ name: SERVED, outcome: 'passed' }],
    });
  });

  it('fails an engine that is not the one that was meant', async () => {
    const { failed, results } = await run({ name: 'fastify' });
    expect(failed).toBe(1);
    expect(results[0]?.reason).toMatch(/x-edge-engine: expected "fastify", found "haproxy"/);
  });

  it('fails a limit that an engine does not have', async () => {
    const { failed, skipped, results } = await run({
      skip: [{ case: SERVED, reason: 'it is said to fail' }],
    });
    expect([failed, skipped]).toEqual([1, 0]);
    expect(results[0]?.reason).toMatch(/take it off the list/);
  });

  it('rejects a limit of a case that does not exist', async () => {
    await expect(run({ skip: [{ case: 'routing: nowhere', reason: 'none' }] })).rejects.toMatchObject({
      code: 'PROXY_CONFORMANCE_UNKNOWN_CASE',
    });
  });

  it('rejects a limit without a reason', async () => {
    await expect(run({ skip: [{ case: SERVED, reason: ' ' }] })).rejects.toMatchObject({
      code: 'PROXY_CONFORMANCE_EMPTY_REASON',
    });
  });

  it('rejects more limits than an alternate may have', async () => {
    const skip = caseNames.slice(0, MAX_SKIPS + 1).map((name) => ({ case: name, reason: 'lazy' }));
    await expect(run({ skip })).rejects.toMatchObject({ code: 'PROXY_CONFORMANCE_TOO_MANY_SKIPS' });
  });
});
