import type { Step } from '@isochrone/tours';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { banner, modal, pageOf, tooltip, tourOf } from './fixtures.ts';
import { gentelella, sbAdmin } from './pages.ts';
import { openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const calm = { reducedMotion: 'reduce' } as const;

/** What could be different where the page's style sheets reached into ours. */
const looks = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('[data-isochrone]')?.shadowRoot;
    return ['.card', '#title', '#body', '#body p', '#footer', '.primary', '#close'].map((selector) => {
      const element = root?.querySelector(selector);
      if (!element) return selector;
      const { width, height } = element.getBoundingClientRect();
      const {
        color,
        backgroundColor,
        fontSize,
        fontFamily,
        fontWeight,
        lineHeight,
        margin,
        padding,
        border,
      } = getComputedStyle(element);
      const style = [
        color,
        backgroundColor,
        fontSize,
        fontFamily,
        fontWeight,
        lineHeight,
        margin,
        padding,
        border,
      ];
      return { selector, width, height, style: style.join('; ') };
    });
  });

const steps: readonly Step[] = [modal('welcome'), banner('news')];

describe.each([
  ['gentelella', gentelella, '/production/index.html', '.sidebar-nav .nav-link'],
  ['gentelella’s tables', gentelella, '/production/tables_dynamic.html', 'table'],
  ['sb-admin-2', sbAdmin, '/index.html', '#userDropdown'],
  ['sb-admin-2’s login page', sbAdmin, '/login.html', '#exampleInputEmail'],
])('on %s', (_, folder, path, selector) => {
  const open = (tour: readonly Step[]) =>
    openSite(browser, { folder, path, tours: [tourOf(tour)] }, { ...calm, colorScheme: 'light' });

  it('every kind of step is shown, and the page is left as it was', async () => {
    const { page, step, popover, errors } = await open([...steps, tooltip('target', selector)]);
    await step('Title of welcome');
    const before = errors.length;
    await page.keyboard.press('ArrowRight');
    await step('Title of news');
    await popover.getByRole('button', { name: 'Next' }).click();
    await step('Title of target');
    await popover.getByRole('button', { name: 'Done' }).click();
    await popover.waitFor({ state: 'detached' });
    expect(errors.slice(before)).toEqual([]);
    expect(
      await page
        .locator('[data-isochrone], [class*="driver-"], [aria-controls="driver-popover-content"]')
        .count(),
    ).toBe(0);
  });

  it.each([
    ['a modal', 'Title of welcome', modal('welcome')],
    ['a banner', 'Title of news', banner('news', { buttons: [{ action: 'done', label: { en: 'Done' } }] })],
  ])('%s looks as it does on an empty page', async (_kind, title, only) => {
    const empty = await openSite(browser, { page: pageOf(''), tours: [tourOf([only])] }, calm);
    await empty.step(title);
    const there = await open([only]);
    await there.step(title);
    expect(await looks(there.page)).toEqual(await looks(empty.page));
  });
});

describe('on gentelella', () => {
  it('nothing of the page moves because of the script', async () => {
    const { page, step } = await openSite(
      browser,
      {
        folder: gentelella,
        path: '/production/index.html',
        tours: [tourOf([banner('news')], { trigger: { kind: 'manual' } })],
      },
      calm,
    );
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    // The frame of the page alone: what is inside, the page's own scripts go on moving.
    const places = () =>
      page.evaluate(() =>
        ['html', 'body', 'body > *', '.sidebar', 'main']
          .flatMap((selector) => [...document.querySelectorAll(selector)])
          .map((element) => {
            const { x, y, width } = element.getBoundingClientRect();
            return [element.tagName, x, y, width].join();
          }),
      );
    const before = await places();
    await page.evaluate((id) => Reflect.get(window, 'isochrone').show(id), tourOf([]).id);
    await step('Title of news');
    expect(await places()).toEqual(before);
  });
});

describe('on sb-admin-2', () => {
  it('a Bootstrap modal that keeps the focus to itself lets the tour have it', async () => {
    const { page, step, popover, errors } = await openSite(
      browser,
      {
        folder: sbAdmin,
        path: '/index.html',
        tours: [
          tourOf([tooltip('leave', '#logoutModal .btn-primary'), modal('after')], {
            trigger: { kind: 'element', path: ['#logoutModal.show .btn-primary'] },
          }),
        ],
      },
      calm,
    );
    await page.click('#userDropdown');
    await page.click('[data-target="#logoutModal"]');
    await step('Title of leave');
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('Tab');
    expect(await page.locator('[data-isochrone] :focus, #logoutModal .btn-primary:focus').count()).toBe(1);
    await popover.getByRole('button', { name: 'Next' }).click();
    await step('Title of after');
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
    // Escape ended the tour, and left the page's modal alone.
    expect(await page.locator('#logoutModal').getAttribute('class')).toContain('show');
    expect(errors).toEqual([]);
  });

  it('a menu stays open while a tour inside it is walked', async () => {
    const { page, step, popover } = await openSite(
      browser,
      {
        folder: sbAdmin,
        path: '/index.html',
        tours: [
          tourOf([
            tooltip('menu', '#userDropdown', { advance: { on: 'click' } }),
            tooltip('settings', '.dropdown-menu.show .fa-cogs'),
            tooltip('log', '.dropdown-menu.show .fa-list'),
          ]),
        ],
      },
      calm,
    );
    await step('Title of menu');
    await page.click('#userDropdown');
    await step('Title of settings');
    await popover.getByRole('button', { name: 'Next' }).click();
    await step('Title of log');
  });
});
