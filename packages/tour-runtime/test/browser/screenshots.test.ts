import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Environment, type Step, sampleTour } from '@isochrone/tours';
import { type Browser, devices } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from './browser.ts';
import { banner, modal, tooltip, tourOf } from './fixtures.ts';
import { gentelella, sbAdmin } from './pages.ts';
import { openSite, type Site } from './site.ts';

/** Kept as artefacts of a build, to be looked at. */
const FOLDER = fileURLToPath(new URL('../../reports/screenshots', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  browser = await startChromium();
});
afterAll(() => browser?.close());

const english: Step['content'] = {
  en: {
    title: 'Start with a date range',
    body: [
      {
        kind: 'paragraph',
        text: [
          { text: 'The figures and the chart follow it. ' },
          { text: 'Last week', b: true },
          { text: ' against the week before is a good first look; ' },
          { text: 'read more', href: 'https://example.com/' },
          { text: '.' },
        ],
      },
      { kind: 'list', items: ['Days, weeks or months', 'Any two periods side by side'] },
    ],
  },
};
const arabic: Step['content'] = {
  ar: {
    title: 'ابدأ بالفترة الزمنية',
    body: [
      {
        kind: 'paragraph',
        text: 'تتبعها الأرقام والرسم البياني. الأسبوع الماضي مقارنةً بما قبله بداية جيدة.',
      },
      { kind: 'list', ordered: true, items: ['أيام أو أسابيع', 'فترتان جنبًا إلى جنب'] },
    ],
  },
};
const wide = {
  en: {
    title: 'Reports have moved',
    body: [{ kind: 'paragraph', text: 'You will find them under Analytics from today.' }],
  },
} satisfies Step['content'];
const wideArabic = {
  ar: {
    title: 'انتقلت التقارير',
    body: [{ kind: 'paragraph', text: 'ستجدها ضمن التحليلات ابتداءً من اليوم.' }],
  },
} satisfies Step['content'];

const labels = (rtl: boolean): Step['buttons'] =>
  rtl
    ? [
        { action: 'dismiss', label: { ar: 'لاحقًا' } },
        { action: 'next', label: { ar: 'التالي' } },
      ]
    : [
        { action: 'dismiss', label: { en: 'Not now' } },
        { action: 'next', label: { en: 'Show me' } },
      ];

const stepsOf = (rtl: boolean, selector: string): readonly (readonly [string, Step])[] => [
  ['tooltip', tooltip('one', selector, { content: rtl ? arabic : english, buttons: labels(rtl) })],
  ['modal', modal('one', { content: rtl ? arabic : english, buttons: labels(rtl) })],
  ['banner', banner('one', { content: rtl ? wideArabic : wide, buttons: labels(rtl) })],
];

/** Pages of others in one look each; they are there to see what their style sheets do to ours. */
const pages: readonly (readonly [string, Site, string, readonly string[]])[] = [
  ['sample', {}, '#date-range', ['light', 'dark', 'rtl', 'phone']],
  ['gentelella', { folder: gentelella, path: '/production/index.html' }, '.sidebar-nav .nav-link', ['dark']],
  ['sb-admin-2', { folder: sbAdmin, path: '/index.html' }, '#userDropdown', ['rtl']],
];
const looks = [
  ['light', 'light', false],
  ['dark', 'dark', false],
  ['rtl', 'light', true],
  ['phone', 'light', false],
] as const;

describe.each(pages)('on %s', (name, site, selector, wanted) => {
  describe.each(looks.filter(([look]) => wanted.includes(look)))('%s', (look, scheme, rtl) => {
    it.each(stepsOf(rtl, selector))('a %s is within the window', async (kind, step) => {
      const environment: Environment = {
        status: 'active',
        consent: 'assumed',
        themes: { default: { scheme: 'auto' } },
      };
      // A second step, so that progress and both buttons are to be seen.
      const last = modal('last', { content: rtl ? arabic : english });
      const { page, popover } = await openSite(
        browser,
        {
          ...site,
          environment,
          tours: [tourOf([step, last], { id: sampleTour.id, defaultLocale: rtl ? 'ar' : 'en' })],
        },
        {
          ...(look === 'phone' ? devices['iPhone 15'] : {}),
          colorScheme: scheme,
          reducedMotion: 'reduce',
          ...(rtl
            ? {
                locale: 'ar',
                before: () =>
                  addEventListener('DOMContentLoaded', () => {
                    document.documentElement.dir = 'rtl';
                  }),
              }
            : {}),
        },
      );
      await popover.waitFor();
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: `${FOLDER}/${name}-${kind}-${look}.png` });
      const box = await popover.boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(page.viewportSize()?.height ?? 0);
    });
  });
});
