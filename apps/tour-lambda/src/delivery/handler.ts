import { negotiateCoding } from '../http/accept-encoding.ts';
import { createHandler, type Handler } from '../http/handler.ts';
import { notFound, requireMethod } from '../http/problem.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { Log, ReportLog } from '../log.ts';
import type { Site } from '../site.ts';
import type { DeliveryStore } from '../store/delivery-store.ts';
import { addressIn } from './addresses.ts';
import { createEvents } from './events.ts';
import { previewReply } from './preview.ts';
import { anywhere, scriptReply } from './replies.ts';
import { createScripts, type ScriptAddress } from './scripts.ts';

export interface DeliveryParts {
  readonly site: Site;
  readonly store: DeliveryStore;
  /** The text of the built browser runtime. */
  readonly runtime: string;
  readonly log: Log;
  readonly report: ReportLog;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * `GET` and `HEAD` of `/{account}.js`, `/{account}/{environment}.js`, `/preview/{token}` and `/healthz`;
 * `POST /e/{account}`.
 */
export function createDelivery({
  site,
  store,
  runtime,
  log,
  report,
  now = Date.now,
}: DeliveryParts): Handler {
  const scripts = createScripts(runtime);
  const events = createEvents({ site, store, report, now });

  const deliver = async ({ headers }: IncomingRequest, address: ScriptAddress): Promise<Reply> => {
    const asked = performance.now();
    const live = await store.readLive(address.account, address.environment);
    const answered = performance.now();
    if (live === undefined) throw notFound('no such account or environment');
    const script = scripts.encoded(address, live, negotiateCoding(headers['accept-encoding']));
    return scriptReply({
      script,
      site,
      revision: live.revision,
      ifNoneMatch: headers['if-none-match'],
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
      const address = addressIn(request.path);
      if (address === undefined) throw notFound('no such path');
      if (address.kind === 'events') {
        requireMethod(request.method, ['POST']);
        return events(request, address.account);
      }
      requireMethod(request.method, ['GET', 'HEAD']);
      if (address.kind === 'script') return deliver(request, address);
      return address.kind === 'preview' ? previewReply(store, address.token, now()) : health();
    },
  });
}
