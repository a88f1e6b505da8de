import { readFile } from 'node:fs/promises';
import type { Step } from '@isochrone/tours';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startChromium } from './browser.ts';
import { banner, modal, pageOf, stub, tooltip, tourOf } from './fixtures.ts';
import { openSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

/** Those that the documentation promises, with the test's addresses in place of the service's. */
const documentation = await readFile(new URL('../../../../docs/csp.md', import.meta.url), 'utf8');
const policies = [...documentation.matchAll(/^default-src .*$/gm)].map(([policy]) =>
  policy.replaceAll('https://fast.trychameleon.com', 'http://127.0.0.1:*'),
);

const rich: Step['content'] = {
  en: {
    title: 'Rich',
    body: [
      { kind: 'paragraph', text: [{ text: 'A ' }, { text: 'link', href: '/x', b: true }] },
      { kind: 'list', items: ['One', 'Two'] },
      { kind: 'image', src: '/picture.png', alt: 'Picture', width: 40, height: 20 },
    ],
  },
};

/** What the browser said against the policy. */
const watched = stub('').replace(
  '<script>',
  '<script nonce="r4nd0m">window.violations = []; addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective + " " + event.blockedURI));',
);
const violations = (page: Page): Promise<readonly string[]> => page.evaluate('window.violations ?? []');

it('is tried with all the policies of the documentation', () => {
  expect(policies).toHaveLength(3);
});

describe.each(policies)('under %s', (policy) => {
  it('every kind of step looks and works as anywhere, and events are sent', async () => {
    const html = pageOf(`${policy.includes('nonce') ? watched : ''}<p id="here">Here</p>`).replace(
      '<script async',
      '<script nonce="r4nd0m" async',
    );
    const { page, step, popover, errors, beacons, scriptOrigin } = await openSite(
      browser,
      {
        page: html,
        tours: [tourOf([tooltip('one', '#here', { content: rich }), modal('two'), banner('three')])],
        headers: { 'content-security-policy': policy },
      },
      { reducedMotion: 'reduce' },
    );
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|Trusted Type/i.test(message.text()))
        refused.push(message.text());
    });
    await step('Rich');
    const look = () =>
      popover.evaluate((card) => {
        const { position, borderRadius, backgroundColor } = getComputedStyle(card);
        return [position, borderRadius, backgroundColor];
      });
    expect(await look()).toEqual(['fixed', '14px', 'rgb(255, 255, 255)']);
    await page.keyboard.press('ArrowRight');
    await step('Title of two');
    expect(await look()).toEqual(['fixed', '14px', 'rgb(255, 255, 255)']);
    await page.keyboard.press('ArrowRight');
    await step('Title of three');
    expect(await look()).toEqual(['fixed', '14px', 'rgb(255, 255, 255)']);
    expect(await violations(page)).toEqual([]);
    expect(refused).toEqual([]);
    expect(errors).toEqual([]);
    await page.goto(`${scriptOrigin}/left`);
    await eventually(() => beacons.length).toBe(1);
  });
});
