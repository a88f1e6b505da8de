import { compileTours, type PublishedPayload, sampleTour } from '@isochrone/tours';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startChromium } from './browser.ts';
import { pageOf, tooltip, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const XSS = [
  '<img src=x onerror="window.hacked=1">',
  '</script><script>window.hacked=1</script>',
  '<svg onload="window.hacked=1">',
  '"><iframe srcdoc="<script>parent.hacked=1</script>">',
  '{{current}}&times;&lt;b&gt;',
];

describe('a page with our script', () => {
  it.each(XSS)('shows %s as the text that it is', async (text) => {
    const label = text.slice(0, 40);
    const tour = tourOf([
      tooltip('only', '#here', {
        content: { en: { title: text, body: [{ kind: 'paragraph', text }] } },
        buttons: [{ action: 'next', label: { en: label } }],
      }),
    ]);
    const { page, popover, errors } = await openSite(browser, {
      page: pageOf('<p id="here">Here'),
      tours: [tour],
    });
    await popover.waitFor();
    expect(await popover.locator('#title').textContent()).toBe(text);
    expect(await popover.locator('#body p').textContent()).toBe(text);
    expect(await popover.locator('.button').textContent()).toBe(label);
    expect(await popover.locator('img, svg, iframe, script, b, strong').count()).toBe(0);
    expect(await page.evaluate(() => Reflect.has(window, 'hacked'))).toBe(false);
    expect(errors).toEqual([]);
  });

  it('works under a policy without inline styles or scripts, with trusted types required', async () => {
    const { page, popover, step, errors } = await openSite(browser, {
      page: pageOf('<p id="here">Here</p><p id="there">There</p>'),
      tours: [tourOf([tooltip('one', '#here'), tooltip('two', '#there')])],
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src http://127.0.0.1:*; style-src 'none'; require-trusted-types-for 'script'",
      },
    });
    await step('Title of one');
    await page.keyboard.press('ArrowRight');
    await step('Title of two');
    expect(await popover.evaluate((element) => getComputedStyle(element).position)).toBe('fixed');
    expect(await popover.evaluate((element) => getComputedStyle(element).borderRadius)).toBe('14px');
    expect(errors).toEqual([]);
  });

  it('keeps what it says itself about a highlighted dropdown', async () => {
    const button =
      '<button id="here" aria-haspopup="menu" aria-expanded="false" aria-controls="m">Menu</button>';
    const { page, popover, step } = await openSite(browser, {
      page: pageOf(`${button}<p id="there">There</p>`),
      tours: [tourOf([tooltip('one', '#here'), tooltip('two', '#there')])],
    });
    const said = () =>
      page
        .locator('#here')
        .evaluate((element) =>
          ['haspopup', 'expanded', 'controls'].map((name) => element.getAttribute(`aria-${name}`)),
        );
    await step('Title of one');
    expect(await said()).toEqual(['menu', 'false', 'm']);
    // The page's own change while the step is shown must survive it as well.
    await page.locator('#here').evaluate((element) => element.setAttribute('aria-expanded', 'true'));
    await page.keyboard.press('ArrowRight');
    await step('Title of two');
    expect(await said()).toEqual(['menu', 'true', 'm']);
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
    expect(await said()).toEqual(['menu', 'true', 'm']);
    expect(await page.locator('#there').evaluate((element) => element.getAttributeNames())).toEqual([
      'id',
      'class',
    ]);
  });

  it('is left as it was by a visitor who is faster than the animation', async () => {
    const elements = ['one', 'two', 'three'].map(
      (id) => `<a id="${id}" aria-haspopup="menu" class="own">${id}</a>`,
    );
    const hurry = `<script>
      const press = () => dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
      window.isochrone = { q: [
        ['on', 'step', () => setTimeout(() => { active = document.querySelectorAll('.driver-active-element').length; press(); })],
        ['on', 'completed', () => setTimeout(() => { ended = true; })],
      ] };
      let active = 0;
      let ended = false;
    </script>`;
    const { page, popover, errors } = await openSite(browser, {
      page: pageOf(elements.join('') + hurry),
      tours: [tourOf(['one', 'two', 'three'].map((id) => tooltip(id, `#${id}`)))],
    });
    await page.waitForFunction('ended');
    expect(await page.evaluate('active')).toBe(1);
    expect(await popover.count()).toBe(0);
    const left = page.locator('a[aria-haspopup="menu"][class="own"]:not([aria-expanded], [aria-controls])');
    expect(await left.count()).toBe(3);
    expect(errors).toEqual([]);
  });

  it('gets the focus back where it was', async () => {
    const { page, popover } = await openSite(browser, {
      page: pageOf('<button id="here">Start</button>'),
      tours: [tourOf([tooltip('one', '#here')], { trigger: { kind: 'manual' } })],
    });
    await page.waitForFunction(() => Reflect.has(window, 'isochrone'));
    await page.locator('#here').focus();
    await page.evaluate((id) => Reflect.get(window, 'isochrone').show(id), sampleTour.id);
    await popover.waitFor();
    expect(await popover.locator(':focus').textContent()).toBe('Done');
    await page.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('here');
  });

  it('has one new global, and no second tour when it includes the script twice', async () => {
    const body = '<p id="here">Here</p><script src="/acme.js"></script>';
    const { page, popover } = await openSite(
      browser,
      { page: pageOf(body), tours: [tourOf([tooltip('one', '#here')])] },
      { before: () => Reflect.set(window, 'namesBefore', Object.getOwnPropertyNames(window)) },
    );
    await popover.waitFor();
    const added = await page.evaluate(() => {
      const before: readonly string[] = Reflect.get(window, 'namesBefore');
      return Object.getOwnPropertyNames(window).filter(
        (name) => !before.includes(name) && name !== 'namesBefore',
      );
    });
    expect(added).toEqual(['isochrone']);
    expect(await popover.count()).toBe(1);
  });

  it('is told of a listener of its own that fails, and the tour goes on', async () => {
    const page = pageOf('<p id="here">Here</p><p id="there">There</p>').replace(
      '<body>',
      '<body><script>window.isochrone = { q: [["on", "step", () => { throw new Error("page") }], 5, ["nonsense"], ["on"]] }</script>',
    );
    const tours = [tourOf([tooltip('one', '#here'), tooltip('two', '#there')])];
    const opened = await openSite(browser, { page, tours });
    await opened.step('Title of one');
    await opened.page.keyboard.press('ArrowRight');
    await opened.step('Title of two');
    expect(opened.errors).toEqual([]);
  });

  it('is not told of what fails in the script, not even in a frame’s callback', async () => {
    const { page, step, errors, warnings } = await openSite(
      browser,
      { page: pageOf('<p id="here">Here'), tours: [tourOf([tooltip('one', '#here')])] },
      { reducedMotion: 'reduce' },
    );
    await step('Title of one');
    await page.evaluate(() => {
      Element.prototype.getBoundingClientRect = () => {
        throw new Error('broken by the page');
      };
      window.dispatchEvent(new Event('resize'));
    });
    await eventually(() => warnings.length).toBe(20);
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    expect(warnings.length).toBe(20);
    expect(errors).toEqual([]);
  });

  it('keeps the focus that its visitor has taken there', async () => {
    const { page, step, popover } = await openSite(
      browser,
      {
        page: pageOf('<input id="here"><button id="before">Before</button>'),
        tours: [
          tourOf([tooltip('one', '#here', { advance: { on: 'event', event: 'typed' } })], {
            trigger: { kind: 'manual' },
          }),
        ],
      },
      { reducedMotion: 'reduce' },
    );
    await page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    await page.locator('#before').focus();
    await page.evaluate((id) => Reflect.get(window, 'isochrone').show(id), sampleTour.id);
    await step('Title of one');
    await page.locator('#here').fill('Robin');
    await page.evaluate(() => Reflect.get(window, 'isochrone').track('typed'));
    await popover.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('here');
  });

  it('is left alone by data of a format that the script does not know', async () => {
    const tours = [tourOf([tooltip('one', '#here')])];
    // A format of the future: the type rightly does not have it.
    const payload = { ...compileTours(tours), format: 2 } as unknown as PublishedPayload;
    const { page, popover, errors } = await openSite(browser, { page: pageOf('<p id="here">Here'), payload });
    expect(await page.evaluate(() => Reflect.has(window, 'isochrone'))).toBe(false);
    expect(await popover.count()).toBe(0);
    expect(errors).toEqual([]);
  });
});
