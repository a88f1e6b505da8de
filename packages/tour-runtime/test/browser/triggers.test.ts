import type { Environment, Tour } from '@isochrone/tours';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { banner, modal, pageOf, stub, tooltip, tourId, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const calm: BrowserContextOptions = { reducedMotion: 'reduce' };
const BODY = '<p id="here">Here</p>';
const live = (page: string, tours: readonly Tour[], environment?: Environment) =>
  openSite(browser, { page, tours, ...(environment ? { environment } : {}) }, calm);
/** Shown where no other tour is due: its presence proves that the others were passed over. */
const fallback = tourOf([modal('fallback')], { id: tourId('Z') });
const named = (id: string, more: Partial<Tour>): Tour => tourOf([modal(id)], { id: tourId(id), ...more });

describe('a tour starts', () => {
  it('by an event that the page tracked, also before the script was there', async () => {
    const { step } = await live(pageOf(stub('["track", "bought"]')), [
      named('A', { trigger: { kind: 'event', event: 'bought' } }),
    ]);
    await step('Title of A');
  });

  it('at each event again, where its frequency is "every"', async () => {
    const { page, step, popover } = await live(pageOf(BODY), [
      named('A', { trigger: { kind: 'event', event: 'bought' } }),
    ]);
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    for (let turn = 0; turn < 2; turn += 1) {
      await page.evaluate(() => Reflect.get(window, 'isochrone').track('other'));
      await page.evaluate(() => Reflect.get(window, 'isochrone').track('bought'));
      await step('Title of A');
      await page.keyboard.press('Escape');
      await popover.waitFor({ state: 'detached' });
    }
  });

  it('when an element comes to be seen, and again when it comes back', async () => {
    const { page, step, popover } = await live(pageOf('<p id="here" hidden>Here</p>'), [
      named('A', { trigger: { kind: 'element', path: ['#here'] } }),
    ]);
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    const hide = (hidden: boolean) =>
      page.evaluate((value) => document.querySelector('#here')?.toggleAttribute('hidden', value), hidden);
    for (let turn = 0; turn < 2; turn += 1) {
      await hide(false);
      await step('Title of A');
      await page.keyboard.press('Escape');
      await popover.waitFor({ state: 'detached' });
      await hide(true);
      // A look at the document is due within this.
      await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
    }
  });

  it('once the page says who the visitor is, if it is for such visitors', async () => {
    const { page, step } = await live(pageOf(BODY), [
      named('A', { target: { where: { attr: 'plan', op: 'eq', value: 'pro' } } }),
    ]);
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    await page.evaluate(() => Reflect.get(window, 'isochrone').identify('u1', { plan: 'free' }));
    await page.evaluate(() => Reflect.get(window, 'isochrone').identify('u1', { plan: 'pro' }));
    await step('Title of A');
  });

  it('with the highest priority of those that could', async () => {
    const { step } = await live(pageOf(BODY), [named('A', {}), named('B', { priority: 5 })]);
    await step('Title of B');
  });

  it('once an event came while another one was shown, after that', async () => {
    const { page, step } = await live(pageOf(BODY), [
      named('A', {}),
      named('B', { trigger: { kind: 'event', event: 'bought' } }),
    ]);
    await step('Title of A');
    await page.evaluate(() => Reflect.get(window, 'isochrone').track('bought'));
    await page.keyboard.press('Escape');
    await step('Title of B');
  });

  it('only once the visitor looks at the page', async () => {
    const { page, step, popover } = await openSite(
      browser,
      { page: pageOf(BODY), tours: [named('A', {})] },
      {
        ...calm,
        before: () => {
          Reflect.set(window, 'state', 'hidden');
          Object.defineProperty(document, 'visibilityState', { get: () => Reflect.get(window, 'state') });
        },
      },
    );
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    expect(await popover.count()).toBe(0);
    await page.evaluate(() => {
      Reflect.set(window, 'state', 'visible');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await step('Title of A');
  });
});

describe('a tour is passed over', () => {
  const hour = 3_600_000;
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  const cases: readonly (readonly [string, Partial<Tour>])[] = [
    ['before its schedule', { schedule: { from: at(hour) } }],
    ['after its schedule', { schedule: { to: at(-hour) } }],
    ['on another page', { target: { urls: [{ op: 'glob', value: '/settings/**' }] } }],
    ['on another device', { target: { devices: ['mobile'] } }],
    ['for other visitors', { target: { where: { attr: 'plan', op: 'exists' } } }],
    ['for none of the visitors', { target: { percent: 0 } }],
  ];
  it.each(cases)('%s', async (_, more) => {
    const { step } = await live(pageOf(BODY), [named('A', more), fallback]);
    await step('Title of fallback');
  });

  it('on a host that is none of the environment’s', async () => {
    const { page, popover } = await live(pageOf(BODY), [named('A', {})], {
      status: 'active',
      consent: 'assumed',
      domains: ['app.example.com'],
    });
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    expect(await popover.count()).toBe(0);
  });
});

it('a tour for mobile devices is shown on one', async () => {
  const { step } = await openSite(
    browser,
    { page: pageOf(BODY), tours: [named('A', { target: { devices: ['mobile'] } })] },
    { ...calm, hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  );
  await step('Title of A');
});

describe('a step', () => {
  it('goes on when its element is clicked, which the page sees too', async () => {
    const { page, step, popover } = await live(
      pageOf('<button id="here" onclick="clicked = true; event.stopPropagation()">Here</button>'),
      [tourOf([tooltip('one', '#here', { advance: { on: 'click' } }), modal('two')])],
    );
    await step('Title of one');
    expect(await popover.getByRole('button').count()).toBe(1);
    await page.click('#here');
    await step('Title of two');
    expect(await page.evaluate('clicked')).toBe(true);
  });

  it('goes on when the page tracks its event', async () => {
    const { page, step } = await live(pageOf(BODY), [
      tourOf([banner('one', { advance: { on: 'event', event: 'saved' } }), modal('two')]),
    ]);
    await step('Title of one');
    await page.evaluate(() => Reflect.get(window, 'isochrone').track('saved'));
    await step('Title of two');
  });

  it('can start another tour', async () => {
    const { step, popover } = await live(pageOf(BODY), [
      tourOf([modal('one', { buttons: [{ action: 'tour', label: { en: 'More' }, tour: tourId('B') }] })]),
      named('B', { trigger: { kind: 'manual' } }),
    ]);
    await step('Title of one');
    await popover.getByRole('button', { name: 'More' }).click();
    await step('Title of B');
  });

  it('can lead elsewhere, and counts as the end of the tour', async () => {
    const { page, step, popover } = await live(
      pageOf(stub('["on", "completed", () => localStorage.setItem("told", "1")]')),
      [tourOf([modal('one', { buttons: [{ action: 'link', label: { en: 'Read' }, href: '/manual?x=1' }] })])],
    );
    await step('Title of one');
    const link = popover.getByRole('link', { name: 'Read' });
    expect(await link.getAttribute('rel')).toBe('noopener');
    await link.click();
    await page.waitForURL('**/manual?x=1');
    expect(await page.evaluate(() => localStorage.getItem('told'))).toBe('1');
  });

  it('shows a link that could do harm as its text alone', async () => {
    const text = [{ text: 'Click', href: 'javascript:alert(1)' }];
    const { step, popover } = await live(pageOf(BODY), [
      tourOf([modal('one', { content: { en: { title: 'One', body: [{ kind: 'paragraph', text }] } } })]),
    ]);
    await step('One');
    expect(await popover.locator('#body').innerHTML()).toBe('<p>Click</p>');
  });
});
