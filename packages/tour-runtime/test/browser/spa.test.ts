import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startChromium } from './browser.ts';
import { banner, modal, pageOf, stub, tooltip, tourId, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';
import { spa } from './spa.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const calm = { reducedMotion: 'reduce' } as const;
/** Where the hole of the overlay is, and where the element. */
const hole = (page: Page, selector: string) =>
  page.evaluate((wanted) => {
    const root = document.querySelector('[data-isochrone]')?.shadowRoot;
    const path = root?.querySelector('.driver-overlay path')?.getAttribute('d') ?? '';
    const [, x = '', y = ''] = /\n\s*M([\d.-]+),([\d.-]+)/.exec(path) ?? [];
    const box = document.querySelector(wanted)?.getBoundingClientRect();
    // The path begins after the radius of 10, and the hole is 8 larger than the element.
    return { x: Number(x) - 2 - (box?.x ?? 0), y: Number(y) + 8 - (box?.y ?? 0) };
  }, selector);
const isAround = async (page: Page, selector: string) => {
  const { x, y } = await hole(page, selector);
  return Math.abs(x) < 6 && Math.abs(y) < 2;
};

describe('a single-page application', () => {
  it.each(['the Navigation API', 'the History API alone'])(
    'starts a tour of another page when the route changes, told by %s',
    async (how) => {
      const before = how.startsWith('the N') ? undefined : () => Reflect.deleteProperty(window, 'navigation');
      const { page, step, popover, errors } = await openSite(
        browser,
        {
          page: spa(),
          tours: [
            tourOf([tooltip('report', '#export')], {
              target: { urls: [{ op: 'exact', value: '/reports' }] },
            }),
          ],
        },
        before ? { ...calm, before } : calm,
      );
      await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
      expect(await popover.count()).toBe(0);
      await page.click('#to-reports');
      await step('Title of report');
      await page.keyboard.press('Escape');
      await page.goBack();
      await page.getByText('Home', { exact: true }).first().waitFor();
      expect(await popover.count()).toBe(0);
      await page.goForward();
      await step('Title of report');
      expect(errors).toEqual([]);
    },
  );

  it('goes on to a step on another page, which renders late', async () => {
    const { page, step } = await openSite(
      browser,
      {
        page: spa(),
        tours: [
          tourOf([tooltip('go', '#to-reports', { advance: { on: 'click' } }), tooltip('export', '#export')]),
        ],
      },
      calm,
    );
    await step('Title of go');
    await page.click('#to-reports');
    await step('Title of export');
  });

  it('takes a step away when its element goes with the page, and skips it', async () => {
    const { page, step, popover } = await openSite(
      browser,
      {
        page: spa(),
        tours: [
          tourOf([
            tooltip('deep', '#deep', { anchor: { path: ['#deep'], waitMs: 100 } }),
            tooltip('export', '#export'),
          ]),
        ],
      },
      calm,
    );
    await step('Title of deep');
    await page.evaluate("go('/reports')");
    await step('Title of export');
    expect(await popover.count()).toBe(1);
  });

  it('keeps the step on an element that is rendered anew', async () => {
    const { page, step, errors } = await openSite(
      browser,
      {
        page: spa(
          stub(`['on', 'step', () => { steps += 1; }]`).replace('<script>', '<script>let steps = 0;'),
        ),
        tours: [tourOf([tooltip('save', '#save'), tooltip('never', '#save')])],
      },
      calm,
    );
    await step('Title of save');
    await page.evaluate("document.querySelector('h1').style.marginBottom = '200px'; render()");
    await step('Title of save');
    await eventually(() => isAround(page, '#save')).toBe(true);
    await page.evaluate("go('/reports')");
    await step('Title of save');
    await eventually(() => isAround(page, '#save')).toBe(true);
    expect(await page.evaluate('steps')).toBe(1);
    expect(errors).toEqual([]);
  });

  it('hides the step while its element is hidden, and shows it again', async () => {
    const { page, step, popover } = await openSite(
      browser,
      {
        page: spa(),
        tours: [tourOf([tooltip('save', '#save', { anchor: { path: ['#save'], waitMs: 15_000 } })])],
      },
      calm,
    );
    await step('Title of save');
    await page.evaluate("document.querySelector('#stack').style.display = 'none'");
    await popover.waitFor({ state: 'hidden' });
    await page.evaluate("document.querySelector('#stack').style.display = ''");
    await step('Title of save');
  });

  it('follows an element that moves, also within a pane that scrolls by itself', async () => {
    const { page, step } = await openSite(
      browser,
      { page: spa(), tours: [tourOf([tooltip('deep', '#deep')])] },
      calm,
    );
    await step('Title of deep');
    // It was out of the pane's sight, though not of the window's.
    const pane = await page.locator('#pane').boundingBox();
    const deep = await page.locator('#deep').boundingBox();
    expect(deep?.y).toBeGreaterThan(pane?.y ?? 0);
    expect((deep?.y ?? 0) + (deep?.height ?? 0)).toBeLessThan((pane?.y ?? 0) + (pane?.height ?? 0));
    await eventually(() => isAround(page, '#deep')).toBe(true);
    await page.evaluate("document.querySelector('#pane').scrollTop += 40");
    await eventually(() => isAround(page, '#deep')).toBe(true);
    await page.evaluate("document.querySelector('h1').style.marginTop = '90px'");
    await eventually(() => isAround(page, '#deep')).toBe(true);
  });

  it('is overlaid whatever its stacking contexts, and the element stays usable', async () => {
    const { page, step } = await openSite(
      browser,
      { page: spa(), tours: [tourOf([tooltip('save', '#save'), tooltip('name', '#name')])] },
      calm,
    );
    await step('Title of save');
    const top = await page.evaluate(() => {
      const box = document.querySelector('h1')?.getBoundingClientRect();
      return document.elementFromPoint((box?.x ?? 0) + 5, (box?.y ?? 0) + 5)?.hasAttribute('data-isochrone');
    });
    expect(top).toBe(true);
    await page.evaluate("document.querySelector('#save').onclick = () => { saved = true; }; saved = false");
    await page.click('#save');
    expect(await page.evaluate('saved')).toBe(true);
    await page.keyboard.press('ArrowRight');
    await step('Title of name');
    await page.fill('#name', 'Robin');
    expect(await page.inputValue('#name')).toBe('Robin');
  });

  it('can be toured inside a modal dialog, and outside once that is closed', async () => {
    const { page, step, popover, errors } = await openSite(
      browser,
      {
        page: spa(stub('')),
        tours: [
          tourOf([tooltip('sure', '#sure'), tooltip('save', '#save')], {
            trigger: { kind: 'event', event: 'opened' },
          }),
        ],
      },
      calm,
    );
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    await page.evaluate("document.querySelector('#dialog').showModal(); isochrone.track('opened')");
    await step('Title of sure');
    // It would be inert outside of the dialog: neither clicked nor focused.
    await popover.getByRole('button', { name: 'Next' }).click();
    await page.evaluate("document.querySelector('#dialog').close()");
    await step('Title of save');
    await popover.getByRole('button', { name: 'Done' }).click();
    await popover.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  });

  it('can open a modal dialog over a tour: the tour stays above, and Escape ends it alone', async () => {
    const { page, step, popover } = await openSite(
      browser,
      { page: spa(), tours: [tourOf([modal('hello')])] },
      calm,
    );
    await step('Title of hello');
    await page.evaluate("document.querySelector('#dialog').showModal()");
    await eventually(() =>
      page.evaluate(() => document.querySelector('[data-isochrone]')?.parentElement?.id),
    ).toBe('dialog');
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
    expect(await page.locator('#dialog').getAttribute('open')).toBe('');
    await page.keyboard.press('Escape');
    await eventually(() => page.locator('#dialog').getAttribute('open')).toBeNull();
  });

  it('loses a banner when the route is no longer the banner’s, and is not asked again once that is closed', async () => {
    const target = { urls: [{ op: 'exact', value: '/' }] } as const;
    const { page, step, popover } = await openSite(browser, {
      page: spa(),
      tours: [
        tourOf([banner('news')], { target: { urls: [...target.urls] }, frequency: { mode: 'until_done' } }),
        tourOf([modal('reports')], {
          id: tourId('B'),
          target: { urls: [{ op: 'exact', value: '/reports' }] },
        }),
        tourOf([banner('other')], { id: tourId('Z'), target: { urls: [...target.urls] } }),
      ],
    });
    await step('Title of news');
    await page.evaluate("go('/reports')");
    await step('Title of reports');
    await page.keyboard.press('Escape');
    await page.evaluate("go('/')");
    await step('Title of news');
    await page.evaluate("go('/?page=2')");
    await step('Title of news');
    await popover.getByRole('button', { name: 'Close' }).click();
    await popover.waitFor({ state: 'detached' });
    await page.evaluate("go('/nowhere'); go('/')");
    await step('Title of other');
  });

  it('is not told of anything by fragments that only scroll', async () => {
    const { page, step, popover } = await openSite(browser, {
      page: spa(stub(`['on', 'shown', () => { shown += 1; }]`).replace('<script>', '<script>let shown = 0;')),
      tours: [tourOf([banner('news')])],
    });
    await step('Title of news');
    await popover.getByRole('button', { name: 'Close' }).click();
    await popover.waitFor({ state: 'detached' });
    await page.evaluate("location.hash = 'section'");
    await page.waitForURL('**/#section');
    expect(await page.evaluate('shown')).toBe(1);
    await page.evaluate("location.hash = '#/route'");
    await step('Title of news');
    expect(await page.evaluate('shown')).toBe(2);
  });
});

describe('a page inside a frame', () => {
  it('is toured by the script that runs inside it', async () => {
    const inner = pageOf('<button id="inner">Inner</button>').replaceAll('"', '&quot;');
    const { page } = await openSite(browser, {
      page: `<!doctype html><title>Outer</title><iframe width="600" height="400" srcdoc="${inner}"></iframe>`,
      tours: [tourOf([tooltip('inner', '#inner')])],
    });
    await page.frameLocator('iframe').getByText('Title of inner').waitFor();
    expect(await page.locator('[data-isochrone]').count()).toBe(0);
  });
});

describe('an element in a shadow root', () => {
  it('is found late, and followed when its component renders anew', async () => {
    const { page, step, errors } = await openSite(
      browser,
      {
        page: pageOf('<x-menu></x-menu>'),
        tours: [tourOf([tooltip('entry', '#', { anchor: { path: ['x-menu', '.entry'], waitMs: 15_000 } })])],
      },
      calm,
    );
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    const render = () =>
      page.evaluate(() => {
        const menu = document.querySelector('x-menu');
        const root = menu?.shadowRoot ?? menu?.attachShadow({ mode: 'open' });
        if (root) root.innerHTML = '<button class="entry">Entry</button>';
      });
    await render();
    await step('Title of entry');
    await render();
    await step('Title of entry');
    await page.keyboard.press('Escape');
    expect(await page.locator('.entry').getAttribute('class')).toBe('entry');
    expect(errors).toEqual([]);
  });
});

describe('which of several elements', () => {
  it('is the first that can be seen and has the text', async () => {
    const { page, step } = await openSite(
      browser,
      {
        page: pageOf(
          '<a class="m" hidden>Billing</a><a class="m">Home</a><a class="m" id="it">Billing and plans</a><a class="m">Billing</a>',
        ),
        tours: [
          tourOf([tooltip('billing', '.m', { anchor: { path: ['.m'], text: 'Billing' } })], {
            id: tourId('A'),
          }),
        ],
      },
      calm,
    );
    await step('Title of billing');
    expect(await page.locator('.driver-active-element').getAttribute('id')).toBe('it');
  });
});
