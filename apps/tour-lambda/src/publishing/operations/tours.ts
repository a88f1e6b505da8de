import { parseTour, type Tour } from '@isochrone/tours';
import { TourLambdaError } from '../../errors.ts';
import { jsonReply } from '../../http/reply.ts';
import { ranges } from '../../store/keys.ts';
import { queryAll, type Table } from '../../store/table.ts';
import { invalidDocument, jsonBody } from '../bodies.ts';
import type { Call, Operation } from '../call.ts';
import { type LiveTour, liveStateOf } from '../changes.ts';
import {
  type Draft,
  deleteDraft,
  draftOf,
  isDeleted,
  readTour,
  requireDraft,
  writeDraft,
} from '../drafts.ts';
import { operationId } from '../idempotency.ts';
import { pageReply } from '../pages.ts';
import { requireMatch, requirePrecondition, stale, versionTag } from '../preconditions.ts';

const summaryOf = ({ tour, version, updatedAt, updatedBy }: Draft) => ({
  id: tour.id,
  ...(tour.name === undefined ? {} : { name: tour.name }),
  version,
  updatedAt,
  updatedBy,
});

const list: Operation = {
  method: 'GET',
  path: '/v1/tours',
  scope: 'tours:read',
  run: async ({ request, account, table }) => {
    const live = await liveTours(table, account);
    return pageReply(table, ranges.tours(account), request, (item) => {
      if (isDeleted(item)) return undefined;
      const draft = draftOf(item);
      return { ...summaryOf(draft), live: live(draft.tour.id) };
    });
  },
};

const create: Operation = {
  method: 'POST',
  path: '/v1/tours',
  scope: 'tours:write',
  run: async (call) => {
    const { request, account, table, grant, now } = call;
    const body = jsonBody(request);
    const origin = await operationId(call);
    const tour = tourOf(withId(body, `tour_${origin}`));
    const draft = await createdBy(origin, table, account, (version) =>
      newDraft(tour, { version, origin }, grant.id, now),
    );
    return jsonReply(201, summaryOf(draft), {
      location: `/v1/tours/${tour.id}`,
      etag: versionTag(draft.version),
    });
  },
};

const read: Operation = {
  method: 'GET',
  path: '/v1/tours/{tour}',
  scope: 'tours:read',
  run: async ({ params, account, table }) => {
    const draft = await requireDraft(table, account, params['tour'] ?? '');
    const live = await liveTours(table, account);
    return jsonReply(
      200,
      { ...summaryOf(draft), live: live(draft.tour.id) },
      { etag: versionTag(draft.version) },
    );
  },
};

const readDocument: Operation = {
  method: 'GET',
  path: '/v1/tours/{tour}/draft',
  scope: 'tours:read',
  run: async ({ params, account, table }) => {
    const { tour, version } = await requireDraft(table, account, params['tour'] ?? '');
    return jsonReply(200, tour, { etag: versionTag(version) });
  },
};

const replaceDocument: Operation = {
  method: 'PUT',
  path: '/v1/tours/{tour}/draft',
  scope: 'tours:write',
  run: async ({ request, params, account, table, grant, now }: Call) => {
    const id = params['tour'] ?? '';
    const stored = await readTour(table, account, id);
    const before = stored.draft;
    requirePrecondition(request, before?.version ?? 0);
    const tour = tourOf(jsonBody(request), id);
    const draft = newDraft(tour, before ?? { version: stored.version, origin: '' }, grant.id, now);
    if (!(await writeDraft(table, account, draft))) {
      throw stale((await readTour(table, account, id)).draft?.version ?? 0);
    }
    return jsonReply(before === undefined ? 201 : 200, summaryOf(draft), {
      etag: versionTag(draft.version),
      ...(before === undefined ? { location: `/v1/tours/${id}` } : {}),
    });
  },
};

const remove: Operation = {
  method: 'DELETE',
  path: '/v1/tours/{tour}',
  scope: 'tours:write',
  run: async ({ request, params, account, table }) => {
    const draft = await requireDraft(table, account, params['tour'] ?? '');
    requireMatch(request.headers['if-match'], draft.version);
    await requireNotLive(table, account, draft.tour.id);
    if (!(await deleteDraft(table, account, draft)))
      throw stale((await readTour(table, account, draft.tour.id)).draft?.version ?? 0);
    try {
      // Somebody may have published it between the look and the write; who does so from now on sees that it is gone.
      await requireNotLive(table, account, draft.tour.id);
    } catch (error) {
      await writeDraft(table, account, { ...draft, version: draft.version + 2 });
      throw error;
    }
    return { status: 204, headers: { 'cache-control': 'no-store' } };
  },
};

export const tourOperations: readonly Operation[] = [
  list,
  create,
  read,
  remove,
  readDocument,
  replaceDocument,
];

/** Others may make a tour of the same id, and delete it, meanwhile. */
const ATTEMPTS = 4;

/**
 * A request makes its tour once: repeated, it changes nothing, not even where the tour was deleted since, unless
 * others have made one of the same id after it.
 */
async function createdBy(
  origin: string,
  table: Table,
  account: string,
  draftAfter: (version: number) => Draft,
): Promise<Draft> {
  const { id } = draftAfter(0).tour;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await readTour(table, account, id);
    if (stored.origin === origin) return stored.draft ?? draftAfter(stored.version - 2);
    if (stored.draft !== undefined) break;
    const draft = draftAfter(stored.version);
    if (await writeDraft(table, account, draft)) return draft;
  }
  throw new TourLambdaError('TOUR_LAMBDA_TOUR_EXISTS', `the account has a tour ${id} already`, {
    hint: 'change its draft, or leave the id out to get a new one',
  });
}

const withId = (body: unknown, id: string): unknown =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? { id, ...body } : body;

const newDraft = (
  tour: Tour,
  { version, origin }: Pick<Draft, 'version' | 'origin'>,
  actor: string,
  now: number,
): Draft => ({
  tour,
  version: version + 1,
  origin,
  updatedAt: new Date(now).toISOString(),
  updatedBy: actor,
});

/** The tour in a body; `id` is the one that the address names. */
function tourOf(document: unknown, id?: string): Tour {
  const result = parseTour(document);
  if (!result.ok) throw invalidDocument(result.problems);
  if (id === undefined || result.tour.id === id) return result.tour;
  const message = `expected ${JSON.stringify(id)}, as in the address`;
  throw invalidDocument([{ code: 'TOURS_INVALID_VALUE', pointer: '/id', message }]);
}

async function requireNotLive(table: Table, account: string, tour: string): Promise<void> {
  const environments = Object.keys((await liveTours(table, account))(tour));
  if (environments.length === 0) return;
  throw new TourLambdaError('TOUR_LAMBDA_TOUR_LIVE', `the tour is live in ${environments.join(', ')}`, {
    hint: 'unpublish it there first',
    members: { environments },
  });
}

/** Where a tour is live, and in which revision, by environment. */
async function liveTours(table: Table, account: string): Promise<(tour: string) => Record<string, LiveTour>> {
  const environments = (await queryAll(table, ranges.environments(account))).map(liveStateOf);
  return (tour) =>
    Object.fromEntries(
      environments.flatMap(({ change: { environment, manifest } }) => {
        const live = manifest[tour];
        return live === undefined ? [] : [[environment, live]];
      }),
    );
}
