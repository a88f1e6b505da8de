import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Step } from '@isochrone/tours';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { banner, modal, pageOf, tooltip, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';

let browser: Browser;
let axe: string;
beforeAll(async () => {
  browser = await startChromium();
  axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
});
afterAll(() => browser?.close());

const calm = { reducedMotion: 'reduce' } as const;
const page = pageOf(
  '<main><h1>Page</h1><button id="here">Here</button> <a href="#x" id="link">Link</a></main>',
);

/** What axe-core finds wrong in all it knows, best practices included. */
async function violations(of: Page): Promise<readonly string[]> {
  await of.evaluate(axe);
  const found: readonly { id: string; nodes: readonly { html: string }[] }[] = await of.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const rich: Step['content'] = {
  en: {
    title: 'All there is',
    body: [
      {
        kind: 'paragraph',
        text: [
          { text: 'Some ' },
          { text: 'bold', b: true },
          { text: ' words and ' },
          { text: 'a link', href: 'https://example.com/' },
        ],
      },
      { kind: 'list', ordered: true, items: ['One', 'Two'] },
      { kind: 'image', src: '/picture.png', alt: 'A chart', width: 200, height: 80 },
    ],
  },
};
const kinds = [
  ['tooltip', tooltip('all', '#here', { content: rich })],
  ['modal', modal('all', { content: rich })],
  ['banner', banner('all', { content: rich })],
] as const;

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  it.each(kinds)('a %s has no fault that axe-core knows', async (_, step) => {
    const opened = await openSite(
      browser,
      {
        page,
        tours: [tourOf([step, modal('last')])],
        environment: { status: 'active', consent: 'assumed', themes: { default: { scheme } } },
      },
      calm,
    );
    await opened.step('All there is');
    expect(await violations(opened.page)).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('stays within the card and its element, forwards and backwards', async () => {
    const { page: opened, step } = await openSite(
      browser,
      { page, tours: [tourOf([tooltip('one', '#here'), tooltip('two', '#here')])] },
      calm,
    );
    await step('Title of one');
    const focused = () =>
      opened.evaluate(() => {
        const { activeElement } = document;
        return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.textContent;
      });
    const walk = async (key: string) => {
      const seen: (string | null | undefined)[] = [];
      for (let press = 0; press < 4; press += 1) {
        await opened.keyboard.press(key);
        seen.push(await focused());
      }
      return seen;
    };
    expect(await focused()).toBe('Next');
    expect(await walk('Tab')).toEqual(['×', 'Here', 'Next', '×']);
    expect(await walk('Shift+Tab')).toEqual(['Next', 'Here', '×', 'Next']);
  });

  it('is left to the page by a banner, which Escape only closes from within', async () => {
    const {
      page: opened,
      step,
      popover,
    } = await openSite(browser, { page, tours: [tourOf([banner('news')])] }, calm);
    await step('Title of news');
    expect(await opened.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
    await opened.keyboard.press('Tab');
    expect(await opened.evaluate(() => document.activeElement?.id)).toBe('here');
    await opened.keyboard.press('Escape');
    await popover.getByRole('button', { name: 'Close' }).focus();
    await opened.keyboard.press('Escape');
    await popover.waitFor({ state: 'detached' });
  });

  it('moves the other way with arrows where lines run from right to left', async () => {
    const content = { ar: { title: 'مرحبا', body: [] } };
    const { page: opened, step } = await openSite(
      browser,
      {
        page,
        tours: [
          tourOf(
            [modal('one', { content }), modal('two', { content: { ar: { title: 'ثانيا', body: [] } } })],
            { defaultLocale: 'ar' },
          ),
        ],
      },
      calm,
    );
    await step('مرحبا');
    await opened.keyboard.press('ArrowLeft');
    await step('ثانيا');
  });
});

describe('a screen reader', () => {
  it('hears of a step as a dialog with a name and a description', async () => {
    const { page: opened, step } = await openSite(
      browser,
      { page, tours: [tourOf([tooltip('one', '#here')])] },
      calm,
    );
    await step('Title of one');
    const dialog = opened.getByRole('dialog', { name: 'Title of one' });
    expect(await dialog.getAttribute('aria-modal')).toBe('true');
    expect(await dialog.getByRole('heading').textContent()).toBe('Title of one');
    expect(await opened.locator('[data-isochrone] .card').ariaSnapshot()).toContain('Body of one');
  });

  it('is told of a banner by a live region, as that takes no focus', async () => {
    const { page: opened, step } = await openSite(browser, { page, tours: [tourOf([banner('news')])] }, calm);
    await step('Title of news');
    await opened.getByRole('status').filter({ hasText: 'Title of news' }).waitFor({ state: 'attached' });
    expect(await opened.getByRole('region', { name: 'Title of news' }).count()).toBe(1);
  });

  it.each([
    ['modal', modal],
    ['banner', banner],
  ] as const)('reads a %s in the language of the text', async (_, kind) => {
    const content = { he: { title: 'שלום', body: [] }, en: { title: 'Hello', body: [] } };
    const { step, popover } = await openSite(
      browser,
      { page, tours: [tourOf([kind('one', { content })])] },
      { ...calm, locale: 'he-IL' },
    );
    await step('שלום');
    expect([await popover.getAttribute('lang'), await popover.getAttribute('dir')]).toEqual(['he', 'rtl']);
  });
});

describe('motion', () => {
  const animations = (opened: Page) =>
    opened.evaluate(
      () => document.querySelector('[data-isochrone]')?.shadowRoot?.getAnimations().length ?? 0,
    );

  it('is left out for visitors who want less of it', async () => {
    const { page: opened, step } = await openSite(
      browser,
      { page, tours: [tourOf([modal('one'), modal('two')])] },
      calm,
    );
    await step('Title of one');
    expect(await animations(opened)).toBe(0);
  });
});
