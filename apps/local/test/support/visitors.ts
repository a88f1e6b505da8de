import { once } from 'node:events';
import { createServer } from 'node:http';
import { sampleTour } from '@isochrone/tours';
import type { WorldDescription } from '../../src/world-description.ts';
import { curl } from './curl.ts';
import { startTrustingChromium } from './trusting-chromium.ts';

/** Visitors of a customer's page, one in each region, and somebody who publishes its tour. */
export interface Visitors extends AsyncDisposable {
  /** Makes the tour's only step have this title, live; answers the milliseconds that the call took. */
  publish(title: string, query?: string): Promise<number>;
  /** Loads the page anew through a proxy of the region; answers the title that its visitor sees. */
  titleAtNextLoad(region: string): Promise<string | null>;
}

export async function startVisitors(world: WorldDescription): Promise<Visitors> {
  const site = createServer((_request, response) => {
    response
      .setHeader('content-type', 'text/html; charset=utf-8')
      .end(`<!doctype html><title>A customer</title><script async src="${world.scriptUrl}"></script>`);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const address = site.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;

  const { hostname, port } = new URL(world.publicUrl);
  const pages = await Promise.all(
    world.regions.map(async ({ name, proxies: [proxy] }) => {
      const rule = `MAP ${hostname}:${port} ${proxy?.address}:${proxy?.port}`;
      const browser = await startTrustingChromium(world.ca, [`--host-resolver-rules=${rule}`]);
      const page = await browser.newPage({ reducedMotion: 'reduce' });
      page.setDefaultTimeout(120_000);
      return { name, browser, page };
    }),
  );

  const call = async (...args: readonly string[]): Promise<void> => {
    const authorised = ['--cacert', world.ca, '-H', `authorization: Bearer ${world.publishKey}`];
    const { status, body } = await curl('--max-time', '30', ...authorised, ...args);
    if (status !== 200) throw new Error(`publishing answered ${status}: ${body}`);
  };

  return {
    publish: async (title, query = '') => {
      const tour = {
        ...sampleTour,
        trigger: { kind: 'page' },
        steps: [{ id: 'only', kind: 'modal', content: { en: { title, body: [] } } }],
      };
      const { url: tourUrl } = world.publish;
      const json = ['-H', 'content-type: application/json', '--data-binary', JSON.stringify(tour)];
      await call('-X', 'PUT', '-H', 'if-match: *', ...json, `${tourUrl}/draft`);
      const asked = performance.now();
      await call('-X', 'POST', `${tourUrl}/publish${query}`);
      return performance.now() - asked;
    },
    titleAtNextLoad: async (region) => {
      const visitor = pages.find(({ name }) => name === region);
      if (!visitor) throw new Error(`no visitor in ${region}`);
      const asked = visitor.page.waitForRequest(world.scriptUrl);
      await visitor.page.goto(url);
      const script = await (await asked).response();
      if (!script)
        throw new Error(`${region}: the script was not loaded: ${(await asked).failure()?.errorText}`);
      const served = script.headers()['x-region'];
      if (served !== region) throw new Error(`${region} was served by ${served}`);
      return visitor.page.getByRole('dialog').getByRole('heading').textContent();
    },
    [Symbol.asyncDispose]: async () => {
      site.closeAllConnections();
      site.close();
      await Promise.all(pages.map(({ browser }) => browser.close()));
    },
  };
}
