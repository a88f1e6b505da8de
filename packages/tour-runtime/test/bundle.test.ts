import { readFile } from 'node:fs/promises';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { compileTours, renderScript, sampleAccount, sampleTour } from '@isochrone/tours';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleRuntime, MAX_GZIP_BYTES } from '../bundle.ts';

let runtime: string;
beforeAll(async () => {
  runtime = await bundleRuntime();
});

describe('the built runtime', () => {
  it('is what these sources give', async () => {
    const built = await readFile(new URL('../dist/runtime.js', import.meta.url), 'utf8');
    expect(built === runtime, 'dist/runtime.js is of other sources: turbo build').toBe(true);
  });

  it('writes text only as text', () => {
    expect(runtime).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/,
    );
  });

  it('is one expression that does nothing until it is called', () => {
    const context = vm.createContext(Object.create(null));
    expect(vm.runInContext(`typeof ${runtime}`, context)).toBe('function');
    expect(vm.runInContext('Object.getOwnPropertyNames(globalThis).includes("isochrone")', context)).toBe(
      false,
    );
  });

  it('can stand inside an inline script element', () => {
    expect(runtime).not.toMatch(/<\/script|<!--/i);
  });

  it('leaves no schema library in', () => {
    expect(runtime).not.toContain('invalid_type');
  });

  it('is small', () => {
    const script = renderScript({
      runtime,
      payload: compileTours([sampleTour]),
      account: sampleAccount,
      revision: 1,
    });
    expect(gzipSync(runtime).length).toBeLessThanOrEqual(MAX_GZIP_BYTES);
    expect(gzipSync(script).length).toBeLessThanOrEqual(22_000);
  });

  it('throws nothing into a page whose browser lacks everything', () => {
    const script = renderScript({
      runtime,
      payload: compileTours([sampleTour]),
      account: sampleAccount,
      revision: 1,
    });
    const warnings: unknown[] = [];
    const context = vm.createContext({ console: { warn: (...given: unknown[]) => warnings.push(given[0]) } });
    vm.runInContext(script, context);
    expect(warnings).toEqual(['isochrone: start:']);
  });
});
