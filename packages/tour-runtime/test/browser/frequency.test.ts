import { sampleAccount, sampleTour, type Tour } from '@isochrone/tours';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { pageOf, tooltip, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

// The second tour is shown when the first is not due: its presence proves that the first was passed over.
const FALLBACK = tourOf([tooltip('fallback', '#here')], { id: 'tour_ZZZZZZZZZZZZZZZZZZZZZZZZZZ' });
const openWith = (mode: Tour['frequency']['mode'], before?: () => void) =>
  openSite(
    browser,
    {
      page: pageOf('<p id="here">Here'),
      tours: [tourOf([tooltip('one', '#here')], { frequency: { mode } }), FALLBACK],
    },
    before ? { before } : {},
  );
const kept = (page: Page) =>
  page.evaluate((key) => localStorage.getItem(key), `isochrone:${sampleAccount}:${sampleTour.id}`);

describe('frequency', () => {
  it('once: is over as soon as it was shown', async () => {
    const { page, step } = await openWith('once');
    await step('Title of one');
    await page.reload();
    await step('Title of fallback');
  });

  it('until_done: comes back until it was completed or dismissed', async () => {
    const { page, popover, step } = await openWith('until_done');
    await step('Title of one');
    await page.reload();
    await step('Title of one');
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
    await page.reload();
    await step('Title of fallback');
  });

  it('every: comes at each page load, and keeps nothing', async () => {
    const { page, popover, step } = await openWith('every');
    await step('Title of one');
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
    await page.reload();
    await step('Title of one');
    expect(await kept(page)).toBeNull();
  });

  it('works where the page may not use localStorage', async () => {
    const { step, errors } = await openWith('once', () =>
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      }),
    );
    await step('Title of one');
    expect(errors).toEqual([]);
  });
});
