import { once } from 'node:events';
import { request } from 'node:https';
import type { Endpoint } from '@isochrone/config-gen';

/** Asks as health checkers do: every time on a new connection. */
export interface Asker {
  /** Whether the proxy answers 200 on `/healthz`; false also where nobody answers. */
  isHealthy(endpoint: Endpoint): Promise<boolean>;
}

const TIMEOUT_MS = 4_000;

export const openAsker = ({ ca, host }: { readonly ca: string; readonly host: string }): Asker => ({
  isHealthy: async ({ address, port }) => {
    const asked = request({
      host: address,
      port,
      path: '/healthz',
      headers: { host },
      servername: host,
      ca,
      agent: false,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).end();
    try {
      const [response] = await once(asked, 'response');
      response.resume();
      return response.statusCode === 200;
    } catch {
      return false;
    } finally {
      asked.on('error', () => {}).destroy();
    }
  },
});
