import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sampleAccount } from '@isochrone/tours';
import fastify, { type FastifyInstance } from 'fastify';
import type { Endpoint } from './address-plan.ts';
import { cannotListen } from './listening.ts';
import type { WorldDescription } from './world-description.ts';

/** The control API and the sample customer's site, over plain HTTP for this machine alone. */
export interface Control {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

export interface ControlOptions {
  readonly bind: Endpoint;
  readonly describe: () => WorldDescription;
  /** The delivered script, as a visitor of the public name gets it. */
  readonly fetchScript: () => Promise<{ readonly status: number; readonly body: Buffer }>;
  /** What other parts of the world answer. */
  readonly routes?: readonly ((app: FastifyInstance) => void)[];
}

/** Path of the sample site; its page asks for the script beside itself. */
export const SAMPLE_PATH = '/sample/';

const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

/** @throws LocalError LOCAL_ADDRESS_IN_USE */
export async function startControl({
  bind,
  describe,
  fetchScript,
  routes = [],
}: ControlOptions): Promise<Control> {
  const app = fastify({ logger: false, forceCloseConnections: true });
  // A page elsewhere whose name was rebound to 127.0.0.1 must not read the publishing key.
  app.addHook('onRequest', async (request, reply) => {
    if (LOCAL_NAMES.has(request.hostname.replace(/:\d+$/, ''))) return;
    await reply.code(421).send({ error: 'ask for 127.0.0.1 or localhost' });
  });
  app.get('/world', async () => describe());
  app.get(SAMPLE_PATH, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(await samplePage()),
  );
  app.get(SAMPLE_PATH.slice(0, -1), async (_request, reply) => reply.redirect(SAMPLE_PATH, 308));
  app.get(`${SAMPLE_PATH}${sampleAccount}.js`, async (_request, reply) => {
    const { status, body } = await fetchScript();
    return reply
      .code(status)
      .headers({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' })
      .send(body);
  });
  for (const register of routes) register(app);
  try {
    await app.listen({ host: bind.address, port: bind.port });
  } catch (error) {
    throw cannotListen(error, bind, 'the control API', '--control-port');
  }
  const address = app.server.address();
  return {
    endpoint: { ...bind, port: typeof address === 'object' && address !== null ? address.port : bind.port },
    close: () => app.close(),
  };
}

const samplePage = (): Promise<string> =>
  readFile(createRequire(import.meta.url).resolve('@isochrone/tour-runtime/sample/index.html'), 'utf8');
