import { accountKeyPattern, tourIdPattern } from '@isochrone/tours';
import { createHandler, type Handler } from '../http/handler.ts';
import { notFound, requireMethod } from '../http/problem.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { Log } from '../log.ts';
import type { Site } from '../site.ts';
import type { PublishingStore } from '../store/publishing-store.ts';
import { authorise } from './authorise.ts';
import { publish } from './publish.ts';
import { saveTour, versionTag } from './save-tour.ts';
import { tourOfBody } from './tour-body.ts';

export interface PublishingParts {
  readonly site: Site;
  readonly store: PublishingStore;
  readonly log: Log;
}

interface TourAddress {
  readonly account: string;
  readonly tour: string;
}

/** `GET` and `PUT` of `/v1/accounts/{account}/tours/{tour}`, with a bearer key. */
export function createPublishing({ site, store, log }: PublishingParts): Handler {
  const read = async ({ account, tour }: TourAddress): Promise<Reply> => {
    const stored = await store.readTour(account, tour);
    if (stored === undefined) throw notFound('no such tour');
    return jsonReply(200, stored.tour, { etag: versionTag(stored.version) });
  };

  const write = async (request: IncomingRequest, { account, tour }: TourAddress): Promise<Reply> => {
    const document = tourOfBody(request, tour);
    const version = await saveTour(store, account, document, request.headers['if-match']);
    const revision = await publish(store, account);
    return jsonReply(version === 1 ? 201 : 200, { revision }, { etag: versionTag(version) });
  };

  return createHandler({
    site,
    log,
    headers: {},
    route: async (request) => {
      const address = addressOf(request.path);
      requireMethod(request.method, ['GET', 'PUT']);
      const scope = request.method === 'GET' ? 'tours:read' : 'tours:write';
      await authorise(store, request.headers['authorization'], address.account, scope);
      return request.method === 'GET' ? read(address) : write(request, address);
    },
  });
}

function addressOf(path: string): TourAddress {
  const [, account = '', tour = ''] = /^\/v1\/accounts\/([^/]+)\/tours\/([^/]+)$/.exec(path) ?? [];
  if (accountKeyPattern.test(account) && tourIdPattern.test(tour)) return { account, tour };
  throw notFound('no such path');
}
