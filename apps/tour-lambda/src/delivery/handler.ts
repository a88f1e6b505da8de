import { accountKeyPattern } from '@isochrone/tours';
import { negotiateCoding } from '../http/accept-encoding.ts';
import { createHandler, type Handler } from '../http/handler.ts';
import { notFound, requireMethod } from '../http/problem.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { Log } from '../log.ts';
import type { Site } from '../site.ts';
import type { LiveStore } from '../store/live-store.ts';
import { anywhere, scriptReply } from './replies.ts';
import { createScripts } from './scripts.ts';

export interface DeliveryParts {
  readonly site: Site;
  readonly store: LiveStore;
  /** The text of the built browser runtime. */
  readonly runtime: string;
  readonly log: Log;
}

/** `GET` and `HEAD` of `/{account}.js` and `/healthz`. */
export function createDelivery({ site, store, runtime, log }: DeliveryParts): Handler {
  const scripts = createScripts(runtime);

  const deliver = async (request: IncomingRequest, account: string): Promise<Reply> => {
    const asked = performance.now();
    const live = await store.readLive(account);
    const answered = performance.now();
    if (live === undefined) throw notFound('no such account');
    const script = scripts.encoded(account, live, negotiateCoding(request.headers['accept-encoding']));
    return scriptReply({
      script,
      site,
      revision: live.revision,
      ifNoneMatch: request.headers['if-none-match'],
      timings: { db: answered - asked, encode: performance.now() - answered },
    });
  };

  const health = async (): Promise<Reply> => {
    await store.probe();
    return jsonReply(200, { status: 'ok', region: site.region, bundle: site.bundle });
  };

  return createHandler({
    site,
    log,
    headers: anywhere,
    route: async (request) => {
      const account = accountOf(request.path);
      if (account === undefined && request.path !== '/healthz') throw notFound('no such path');
      requireMethod(request.method, ['GET', 'HEAD']);
      return account === undefined ? health() : deliver(request, account);
    },
  });
}

function accountOf(path: string): string | undefined {
  const account = /^\/([^/]+)\.js$/.exec(path)?.[1];
  return account !== undefined && accountKeyPattern.test(account) ? account : undefined;
}
