import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import {
  compileTours,
  type Environment,
  type EventReport,
  type PreviewData,
  type PublishedPayload,
  readReport,
  renderScript,
  sampleAccount,
  type Tour,
} from '@isochrone/tours';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

export interface Site {
  /** HTML, answered to any path; the sample page by default. `SCRIPT_ORIGIN` in it becomes that origin. */
  readonly page?: string;
  /** A folder of files to serve instead; its HTML gets the script. */
  readonly folder?: string;
  readonly path?: string;
  readonly tours?: readonly Tour[];
  readonly environment?: Environment;
  /** Instead of what `tours` compile to. */
  readonly payload?: PublishedPayload;
  /** By token: what `GET /preview/{token}` answers; 410 where it is null. */
  readonly previews?: Readonly<Record<string, PreviewData | null>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Visit extends BrowserContextOptions {
  /** Runs in the page before its own scripts. */
  readonly before?: () => void;
}

/** What came to `POST /e/{account}`. */
export interface Beacon {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly bytes: number;
  /** Undefined where the service would refuse it. */
  readonly body: EventReport | undefined;
}

export interface Opened {
  readonly page: Page;
  /** Where the page is; the script comes from another one. */
  readonly origin: string;
  readonly scriptOrigin: string;
  /** What reached the page's own error handling, as texts. A test that cares compares it with []. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly beacons: readonly Beacon[];
  readonly popover: ReturnType<Page['locator']>;
  /** Resolves when the step of this title is there. */
  readonly step: (title: string) => Promise<void>;
}

const samplePage = () => readFile(new URL('../../sample/index.html', import.meta.url), 'utf8');

/** As it was built; `test/bundle.test.ts` says whether that is of these sources. */
export const builtRuntime = readFile(new URL('../../dist/runtime.js', import.meta.url), 'utf8');

/** Serves a customer's page and the script that it includes, and opens it in a browser context of its own. */
export async function openSite(browser: Browser, site: Site, visit: Visit = {}): Promise<Opened> {
  const payload = site.payload ?? compileTours(site.tours ?? [], site.environment);
  const script = renderScript({ runtime: await builtRuntime, payload, account: sampleAccount, revision: 7 });
  const html = site.page ?? (await samplePage());
  const beacons: Beacon[] = [];

  const service = await listen(async (request, response) => {
    const path = request.url ?? '';
    const cors = { 'access-control-allow-origin': '*' };
    if (request.method === 'POST') {
      beacons.push(await beaconOf(path, request));
      response.writeHead(204, cors).end();
    } else if (path.startsWith('/preview/')) {
      const preview = site.previews?.[path.slice('/preview/'.length)];
      response.writeHead(preview ? 200 : 410, { ...cors, 'content-type': 'application/json' });
      response.end(JSON.stringify(preview ?? {}));
    } else {
      response.writeHead(200, { ...cors, 'content-type': 'text/javascript; charset=utf-8' }).end(script);
    }
  });
  const scriptOrigin = originOf(service);

  const host = await listen(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    if (path === `/${sampleAccount}.js`) {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script);
    } else if (site.folder && extname(path)) {
      await sendFile(join(site.folder, path), scriptOrigin, response);
    } else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...site.headers });
      response.end(html.replaceAll('SCRIPT_ORIGIN', scriptOrigin));
    }
  });
  const origin = originOf(host);

  const { before, ...options } = visit;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  onTestFinished(() => context.close());
  // Fonts, avatars and the like of pages that others wrote.
  await context.route(
    (url) => url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  const warnings: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.text().startsWith('isochrone')) warnings.push(message.text());
  });
  if (before) await page.addInitScript(before);
  await page.goto(`${origin}${site.path ?? '/'}`);

  const popover = page.locator('[data-isochrone] .card');
  return {
    page,
    origin,
    scriptOrigin,
    errors,
    warnings,
    beacons,
    popover,
    step: (title) => popover.filter({ has: page.getByText(title, { exact: true }) }).waitFor(),
  };
}

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

// TCP servers answer with an AddressInfo; a string is for pipes.
const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function beaconOf(path: string, request: IncomingMessage): Promise<Beacon> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks);
  return {
    path,
    contentType: request.headers['content-type'],
    bytes: text.length,
    body: readReport(JSON.parse(text.toString('utf8'))),
  };
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

async function sendFile(file: string, scriptOrigin: string, response: ServerResponse): Promise<void> {
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  response.end(
    extname(file) === '.html'
      ? bytes
          .toString('utf8')
          .replace('</head>', `<script async src="${scriptOrigin}/${sampleAccount}.js"></script></head>`)
      : bytes,
  );
}
