import { compileTours, renderScript, sampleAccount, sampleTour } from '@isochrone/tours';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { pageOf, tooltip, tourOf } from './fixtures.ts';
import { builtRuntime, openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

/** Milliseconds of the main thread that it took to compile and run scripts; other processes on the machine do not count. */
async function scriptMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  const took = metrics.filter(({ name }) => name === 'ScriptDuration' || name === 'V8CompileDuration');
  return 1000 * took.reduce((sum, { value }) => sum + value, 0);
}

async function measured(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

it('compiles and starts within 15 ms of the page’s main thread', async () => {
  const { page } = await openSite(browser, { page: '<!doctype html><title>Empty</title><p id="here">Here' });
  const session = await measured(page);
  const script = renderScript({
    runtime: await builtRuntime,
    payload: compileTours([{ ...sampleTour, trigger: { kind: 'manual' } }]),
    account: sampleAccount,
    revision: 1,
  });
  const samples: number[] = [];
  for (let turn = 0; turn < 9; turn += 1) {
    await page.reload();
    const before = await scriptMs(session);
    // A comment of its own each time, so that no code is taken from a cache.
    await page.addScriptTag({ content: `${script}//${turn}` });
    samples.push((await scriptMs(session)) - before);
  }
  const median = samples.toSorted((a, b) => a - b)[4] ?? Number.NaN;
  console.info(`compile and start: median ${median.toFixed(1)} ms of ${samples.length} loads`);
  expect(median).toBeLessThan(15);
});

it('shows a step within 100 ms of its element, of the main thread', async () => {
  const { page, step } = await openSite(
    browser,
    { page: pageOf('<p id="here" hidden>Here'), tours: [tourOf([tooltip('one', '#here')])] },
    { reducedMotion: 'reduce' },
  );
  await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
  const session = await measured(page);
  const before = await scriptMs(session);
  await page.evaluate(() => document.querySelector('#here')?.removeAttribute('hidden'));
  await step('Title of one');
  const took = (await scriptMs(session)) - before;
  console.info(`element to step: ${took.toFixed(1)} ms`);
  expect(took).toBeLessThan(100);
});
