import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { modal, pageOf, tooltip, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const LOADED =
  '<script>window.isochrone={q:[["on","missing",e=>(window.missing??=[]).push(e.step)]]}</script>';
const missing = (page: Page) => page.evaluate(() => Reflect.get(window, 'missing'));

describe('a target', () => {
  it('is waited for when it comes late, or is only hidden at first', async () => {
    const site = {
      page: pageOf('<p id="hidden" hidden>Hidden</p><div id="root"></div>'),
      tours: [tourOf([tooltip('late', '#late'), tooltip('hidden', '#hidden')])],
    };
    const { page, step } = await openSite(browser, site, { reducedMotion: 'reduce' });
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    await page.evaluate(() =>
      document.querySelector('#root')?.insertAdjacentHTML('beforeend', '<p id="late">Late'),
    );
    await step('Title of late');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByText('Title of hidden').count()).toBe(0);
    await page.evaluate(() => document.querySelector('#hidden')?.removeAttribute('hidden'));
    await step('Title of hidden');
  });

  it('is found inside nested open shadow roots', async () => {
    const { popover, step } = await openSite(browser, {
      page: pageOf(`<div id="outer"></div><script>
        const inner = document.createElement('div');
        inner.attachShadow({ mode: 'open' }).innerHTML = '<button id="deep">Deep</button>';
        outer.attachShadow({ mode: 'open' }).append(inner);
      </script>`),
      tours: [tourOf([tooltip('deep', '#', { anchor: { path: ['#outer', 'div', '#deep'] } })])],
    });
    await step('Title of deep');
    expect(await popover.getAttribute('class')).not.toContain('side-over');
  });

  it('that never comes is skipped, ends the tour, or leaves the text in the middle, as the step says', async () => {
    const gone = (onMissing: 'skip' | 'end' | 'center') => ({
      anchor: { path: ['#gone'], waitMs: 50, onMissing },
    });
    const { page, popover, step } = await openSite(browser, {
      page: pageOf(`${LOADED}<p id="here">Here</p>`),
      tours: [
        tourOf([
          tooltip('skipped', '#gone', gone('skip')),
          tooltip('centred', '#gone', gone('center')),
          tooltip('here', '#here'),
          tooltip('last', '#gone', gone('end')),
          tooltip('never', '#here'),
        ]),
      ],
    });
    await step('Title of centred');
    await page.keyboard.press('ArrowRight');
    await step('Title of here');
    await page.keyboard.press('ArrowLeft');
    await step('Title of centred');
    await page.keyboard.press('ArrowRight');
    await step('Title of here');
    await page.keyboard.press('ArrowRight');
    await popover.waitFor({ state: 'detached' });
    expect(await missing(page)).toEqual(['skipped', 'last']);
  });

  it('with a selector that is none counts as missing, at once', async () => {
    const { page, step, errors } = await openSite(browser, {
      page: pageOf(`${LOADED}<p id="here">Here</p>`),
      tours: [
        tourOf([
          tooltip('broken', ':::', { anchor: { path: [':::'], waitMs: 15_000 } }),
          tooltip('here', '#here'),
        ]),
      ],
    });
    await step('Title of here');
    expect(await missing(page)).toEqual(['broken']);
    expect(errors).toEqual([]);
  });

  it('is not needed by a modal', async () => {
    const { page, popover, step } = await openSite(browser, {
      page: pageOf(''),
      tours: [tourOf([modal('hello')])],
    });
    await step('Title of hello');
    const box = await popover.boundingBox();
    const middle = (box?.x ?? 0) + (box?.width ?? 0) / 2;
    expect(Math.abs(middle - (page.viewportSize()?.width ?? 0) / 2)).toBeLessThan(2);
  });
});
