import { compileTours, type Environment, sampleAccount, type Tour } from '@isochrone/tours';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startChromium } from './browser.ts';
import { modal, pageOf, stub, tooltip, tourOf } from './fixtures.ts';
import { type Opened, openSite, type Site, type Visit } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const PAGE = pageOf('<p id="here">Here');
const asking: Environment = { status: 'active', consent: 'required' };
const tours = [
  tourOf([
    tooltip('one', '#here'),
    tooltip('gone', '#gone', { anchor: { path: ['#gone'], waitMs: 0 } }),
    modal('two'),
  ]),
];
const open = (site: Partial<Site> = {}, visit: Visit = {}) =>
  openSite(browser, { page: PAGE, tours, ...site }, { reducedMotion: 'reduce', ...visit });

/** Leaves the page, as visitors do; what it has to say is on its way then. */
async function leave({ page, scriptOrigin }: Opened): Promise<void> {
  const left = page.goto(`${scriptOrigin}/left`);
  await left;
}
const told = ({ beacons }: Opened): readonly string[] =>
  beacons.flatMap(({ body }) => body?.events.map(({ name, step }) => `${name} ${step}`) ?? []);

describe('events', () => {
  it('are sent as text to the script’s own origin when the page is left', async () => {
    const opened = await open();
    await opened.step('Title of one');
    await opened.page.keyboard.press('ArrowRight');
    await opened.step('Title of two');
    await opened.page.keyboard.press('Escape');
    await opened.popover.waitFor({ state: 'detached' });
    expect(opened.beacons).toEqual([]);
    await leave(opened);
    await eventually(() => opened.beacons.length).toBe(1);
    const [beacon] = opened.beacons;
    expect(beacon?.path).toBe('/e/acme');
    expect(beacon?.contentType).toMatch(/^text\/plain/);
    expect(beacon?.body?.revision).toBe(7);
    expect(told(opened)).toEqual(['shown one', 'step one', 'missing gone', 'step two', 'dismissed two']);
    // Neither where the visitor was, nor what the page says.
    expect(JSON.stringify(beacon?.body)).not.toMatch(/http|Here|Title/);
  });

  it('are sent in parts that fit in a beacon, and again where the browser refused one', async () => {
    const opened = await open(
      { tours: [tourOf([modal('x')], { trigger: { kind: 'manual' } })] },
      {
        before: () => {
          const send = navigator.sendBeacon.bind(navigator);
          let calls = 0;
          navigator.sendBeacon = (...given) => {
            calls += 1;
            return calls > 1 && send(...given);
          };
        },
      },
    );
    await opened.page.waitForFunction(() => Reflect.get(window, 'isochrone')?.ready);
    await opened.page.evaluate(async (id) => {
      const { on, show } = Reflect.get(window, 'isochrone');
      let told = () => undefined;
      on('step', () => told());
      for (let turn = 0; turn < 100; turn += 1) {
        const shown = new Promise((resolve) => {
          told = () => {
            resolve(undefined);
            return undefined;
          };
        });
        show(id);
        await shown;
      }
    }, tours[0]?.id);
    await leave(opened);
    await eventually(() => told(opened).length).toBe(200);
    expect(Math.max(...opened.beacons.map(({ body }) => body?.events.length ?? 0))).toBeLessThanOrEqual(100);
    expect(Math.max(...opened.beacons.map(({ bytes }) => bytes))).toBeLessThanOrEqual(60 * 1024);
  });

  it('are not sent, and nothing is stored, before the visitor has agreed', async () => {
    const opened = await open({ environment: asking });
    await opened.step('Title of one');
    expect(await opened.page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
    await leave(opened);
    expect(opened.beacons).toEqual([]);
  });

  it('are sent, and what was shown is stored, from when the visitor agrees', async () => {
    const opened = await open({
      environment: asking,
      tours: [tourOf([modal('one'), modal('two')], { frequency: { mode: 'once' } })],
    });
    await opened.step('Title of one');
    await opened.page.evaluate(() => Reflect.get(window, 'isochrone').consent(true));
    expect(await opened.page.evaluate(() => localStorage.length)).toBe(1);
    await opened.page.keyboard.press('ArrowRight');
    await opened.step('Title of two');
    await leave(opened);
    await eventually(() => told(opened)).toEqual(['step two']);
    expect(opened.beacons[0]?.body?.consent).toBe(true);
  });

  it('stop, and what was stored is forgotten, when the visitor withdraws', async () => {
    const opened = await open({ page: PAGE.replace('<body>', `<body>${stub('["consent", false]')}`) });
    await opened.step('Title of one');
    expect(await opened.page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
    await leave(opened);
    expect(opened.beacons).toEqual([]);
  });

  it('are never sent where the browser says Global Privacy Control', async () => {
    const opened = await open(
      {},
      { before: () => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }) },
    );
    await opened.step('Title of one');
    await leave(opened);
    expect(opened.beacons).toEqual([]);
  });

  it('are not missed by a page whose browser blocks them', async () => {
    const opened = await open(
      {},
      {
        before: () =>
          Object.defineProperty(navigator, 'sendBeacon', {
            value: () => {
              throw new Error('blocked');
            },
          }),
      },
    );
    await opened.step('Title of one');
    await opened.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent('pagehide')));
    expect(opened.errors).toEqual([]);
  });
});

describe('a preview', () => {
  const draft: Tour = tourOf([modal('draft')], {
    trigger: { kind: 'manual' },
    frequency: { mode: 'once' },
    target: { urls: [{ op: 'exact', value: '/elsewhere' }], percent: 0 },
  });
  const previews = {
    good: {
      account: sampleAccount,
      revision: 8,
      ...compileTours([draft]),
      preview: { tour: draft.id, expiresAt: '2027-01-31T09:00:00Z' },
    },
    old: null,
  };

  it('is shown whatever its targeting, in this tab, and leaves no trace', async () => {
    const opened = await open({ path: '/page?a=1&isochrone-preview=good#part', previews });
    await opened.step('Title of draft');
    expect(opened.page.url()).toBe(`${opened.origin}/page?a=1#part`);
    await opened.page.keyboard.press('Escape');
    await opened.popover.waitFor({ state: 'detached' });
    await opened.page.reload();
    await opened.step('Title of draft');
    expect(await opened.page.evaluate(() => localStorage.length)).toBe(0);
    await leave(opened);
    expect(opened.beacons).toEqual([]);
  });

  it('whose token is no longer good gives way to what is live', async () => {
    const opened = await open({ path: '/?isochrone-preview=old', previews });
    await opened.step('Title of one');
    expect(opened.warnings.join()).toContain('preview');
    expect(await opened.page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(opened.errors).toEqual([]);
  });
});
