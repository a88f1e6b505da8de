import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  compileTours,
  type PublishedPayload,
  renderScript,
  sampleAccount,
  type Tour,
} from '@isochrone/tours';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { bundleRuntime } from '../../bundle.ts';

export interface Site {
  /** HTML; the sample page by default. */
  readonly page?: string;
  readonly tours?: readonly Tour[];
  /** Instead of what `tours` compile to. */
  readonly payload?: PublishedPayload;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Visit extends BrowserContextOptions {
  /** Runs in the page before its own scripts. */
  readonly before?: () => void;
}

export interface Opened {
  readonly page: Page;
  /** What reached the page's own error handling, as texts. A test that cares compares it with []. */
  readonly errors: readonly string[];
  readonly popover: ReturnType<Page['locator']>;
  /** Resolves when the step of this title is there. */
  readonly step: (title: string) => Promise<void>;
}

const samplePage = () => readFile(new URL('../../sample/index.html', import.meta.url), 'utf8');

let runtime: Promise<string> | undefined;

/** Serves a customer's page and the script that it includes, and opens it in a browser context of its own. */
export async function openSite(browser: Browser, site: Site, visit: Visit = {}): Promise<Opened> {
  runtime ??= bundleRuntime();
  const payload = site.payload ?? compileTours(site.tours ?? []);
  const script = renderScript({ runtime: await runtime, payload, account: sampleAccount, revision: 1 });
  const html = site.page ?? (await samplePage());
  const server = createServer(({ url }, response) => {
    const isScript = url === '/acme.js';
    response.writeHead(200, {
      'content-type': isScript ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8',
      ...site.headers,
    });
    response.end(isScript ? script : html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });

  const { before, ...options } = visit;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  if (before) await page.addInitScript(before);
  // TCP servers answer with an AddressInfo; a string is for pipes.
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/`);

  const popover = page.locator('.isochrone-popover');
  return {
    page,
    errors,
    popover,
    step: (title) => popover.filter({ has: page.getByText(title, { exact: true }) }).waitFor(),
  };
}
