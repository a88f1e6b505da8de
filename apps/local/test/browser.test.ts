import { once } from 'node:events';
import { createServer } from 'node:http';
import { sampleTour } from '@isochrone/tours';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { WorldDescription } from '../src/world-description.ts';
import { startTrustingChromium } from './support/trusting-chromium.ts';
import { startWorldProcess, type WorldProcess } from './support/world-process.ts';

const titles = sampleTour.steps.map((step) => step.content['en']?.title ?? '');
const [first = '', second = '', third = ''] = titles;

describe('a visitor with Chromium', () => {
  let process: WorldProcess;
  let world: WorldDescription;
  let browser: Browser;

  beforeAll(async () => {
    process = await startWorldProcess();
    world = await process.describe();
    browser = await startTrustingChromium(world.ca);
  });
  afterAll(async () => {
    await browser?.close();
    await process?.[Symbol.asyncDispose]();
  });

  const open = async (url: string): Promise<Page> => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    return page;
  };

  it('sees the sample tour on the sample site and walks it to the end', async () => {
    const page = await open(world.sampleSite);
    const popover = page.getByRole('dialog');
    await popover.getByText(first).waitFor();
    await popover.getByRole('button', { name: 'Show me' }).click();
    await popover.getByText(second).waitFor();
    await popover.getByRole('button', { name: 'Next' }).click();
    await popover.getByText(third).waitFor();
    await popover.getByRole('button', { name: 'Start exploring' }).click();
    await popover.waitFor({ state: 'detached' });
  });

  it('loads the script over TLS from the public name, on a site of another origin', async () => {
    const site = await siteWith(
      `<button id="date-range">7 days</button><script async src="${world.scriptUrl}"></script>`,
    );
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const response = page.waitForResponse(world.scriptUrl);
    await page.goto(site);
    const script = await response;
    expect(script.status()).toBe(200);
    expect((await script.allHeaders())['x-region']).toBe('us-east-1');
    expect((await script.securityDetails())?.issuer).toMatch(/^Isochrone local CA/);
    await page.getByRole('dialog').getByText(first).waitFor();
  });
});

async function siteWith(body: string): Promise<string> {
  const server = createServer((_request, response) => {
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(`<!doctype html><title>A customer</title>${body}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
}
