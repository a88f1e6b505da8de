import { sampleTour } from '@isochrone/tours';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startChromium } from './browser.ts';
import { openSite } from './site.ts';

const titles = sampleTour.steps.map((step) => step.content['en']?.title ?? '');
const [first = '', second = '', third = ''] = titles;

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const openSample = () => openSite(browser, { tours: [sampleTour] }, { reducedMotion: 'reduce' });

describe('the sample tour on the sample page', () => {
  it('can be walked from the first step to the end with the mouse', async () => {
    const { page, popover, step, errors } = await openSample();
    await step(first);
    await popover.getByRole('button', { name: 'Show me' }).click();
    await step(second);
    await popover.getByRole('button', { name: 'Next' }).click();
    await step(third);
    await popover.getByRole('button', { name: 'Start exploring' }).click();
    await popover.waitFor({ state: 'detached' });
    await page.getByText('Tour completed').waitFor();
    expect(await page.locator('.driver-overlay, .driver-active, #driver-dummy-element').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('goes back, but not before its first step', async () => {
    const { page, popover, step } = await openSample();
    await step(first);
    await page.keyboard.press('ArrowRight');
    await step(second);
    await popover.getByRole('button', { name: 'Back' }).click();
    await step(first);
    await page.keyboard.press('ArrowLeft');
    await step(first);
    expect(await popover.getByRole('button', { name: 'Back' }).count()).toBe(0);
  });

  it('leaves on Escape, also from within a field that keeps its keys to itself', async () => {
    const { page, popover, step } = await openSample();
    await step(first);
    const search = page.getByRole('searchbox');
    await search.evaluate((field) => field.addEventListener('keydown', (event) => event.stopPropagation()));
    await search.focus();
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
  });

  it('stays at its step when arrows are pressed in an input', async () => {
    const { page, step } = await openSample();
    await step(first);
    const search = page.getByRole('searchbox');
    await search.fill('abc');
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
    expect(await search.evaluate((field: HTMLInputElement) => field.selectionStart)).toBe(2);
    await step(first);
    await search.blur();
    await page.keyboard.press('ArrowRight');
    await step(second);
  });

  it('comes again when the page asks for it', async () => {
    const { page, popover, step } = await openSample();
    await step(first);
    await popover.getByRole('button', { name: 'Not now' }).click();
    await popover.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Take the tour' }).click();
    await step(first);
  });

  it('speaks the language of the visitor', async () => {
    const { step } = await openSite(browser, { tours: [sampleTour] }, { locale: 'de-AT' });
    await step(sampleTour.steps[0]?.content['de']?.title ?? '');
  });

  it('ends up on the element after moving with animation', async () => {
    const { page, popover, step } = await openSite(browser, { tours: [sampleTour] });
    await step(first);
    await page.keyboard.press('ArrowRight');
    await step(second);
    const chart = await page.locator('#revenue-chart').boundingBox();
    // The tooltip stands to the right of the chart once the stage has moved there.
    await eventually(
      async () => ((await popover.boundingBox())?.x ?? 0) > (chart?.x ?? 0) + (chart?.width ?? 0),
    ).toBe(true);
  });
});
