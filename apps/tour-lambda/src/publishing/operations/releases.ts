import { type PublishedTour, publishedTour } from '@isochrone/tours';
import * as z from 'zod';
import { TourLambdaError } from '../../errors.ts';
import { notFound } from '../../http/problem.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { keys } from '../../store/keys.ts';
import { requireEnvironment } from '../authorise.ts';
import { bodyOf, environmentField, invalidDocument, noteField } from '../bodies.ts';
import type { Call, Operation } from '../call.ts';
import { type LiveState, liveStateOf } from '../changes.ts';
import { type CommitTo, type Committed, commit, type Plan, publishConflict } from '../commit.ts';
import { readTour, requireDraft } from '../drafts.ts';
import { waitEverywhere } from '../everywhere.ts';
import { operationId } from '../idempotency.ts';
import { newId } from '../ids.ts';
import { invalidQuery } from '../pages.ts';
import { requireMatch } from '../preconditions.ts';
import { requireRevision, reviseDraft, tourIn } from '../revisions.ts';

export const releaseBody = z.strictObject({ environment: environmentField, note: noteField });
export const rollbackBody = releaseBody.extend({ toRevision: z.int().min(1) });

const publish: Operation = {
  method: 'POST',
  path: '/v1/tours/{tour}/publish',
  scope: 'tours:publish',
  run: async (call) => {
    const { environment, note } = bodyOf(call.request, releaseBody);
    const { account, table } = call;
    const id = params(call);
    return release(call, environment, async () => {
      const draft = await requireDraft(table, account, id);
      requireMatch(call.request.headers['if-match'], draft.version);
      const { revision } = await reviseDraft(table, account, draft);
      return { action: 'publish', tour: publishedTour(draft.tour), tourRevision: revision, note };
    });
  },
};

const rollback: Operation = {
  method: 'POST',
  path: '/v1/tours/{tour}/rollback',
  scope: 'tours:publish',
  run: async (call) => {
    const { environment, note, toRevision } = bodyOf(call.request, rollbackBody);
    const { account, table } = call;
    const id = params(call);
    return release(call, environment, async () => {
      await requireDraft(table, account, id);
      const revision = await requireRevision(table, account, id, toRevision);
      return { action: 'rollback', tour: publishedTour(tourIn(revision)), tourRevision: toRevision, note };
    });
  },
};

const unpublish: Operation = {
  method: 'POST',
  path: '/v1/tours/{tour}/unpublish',
  scope: 'tours:publish',
  run: async (call) => {
    const { environment, note } = bodyOf(call.request, releaseBody);
    return release(call, environment, async ({ isLive }) => {
      // Whoever published while somebody else deleted the draft must still be able to take the tour away.
      if (!isLive) await requireDraft(call.table, call.account, params(call));
      return { action: 'unpublish', note };
    });
  },
};

export const releaseOperations: readonly Operation[] = [publish, unpublish, rollback];

interface Release extends Pick<Plan, 'action' | 'tourRevision'> {
  readonly note: string | undefined;
  /** What is to be live; nothing where it is absent. */
  readonly tour?: PublishedTour;
}

const params = ({ params: { tour = '' } }: Call): string => tour;

/** Makes one tour live, or no longer so. `prepare` runs once, and only where the change has not been made yet. */
async function release(
  call: Call,
  environment: string,
  prepare: (before: { readonly isLive: boolean }) => Promise<Release>,
): Promise<Reply> {
  const { account, table, grant, now, log } = call;
  requireEnvironment(grant, environment);
  const patienceMs = patienceOf(call);
  const to: CommitTo = {
    table,
    account,
    environment,
    actor: grant.id,
    id: await operationId(call),
    now,
    log,
  };
  const tour = params(call);
  let prepared: Release | undefined;
  let before: { readonly since: number | undefined } | undefined;
  const committed = await commit(to, async (live) => {
    if (live === undefined) throw notFound(`no such environment as ${JSON.stringify(environment)}`);
    const since = live.change.manifest[tour]?.since;
    before ??= { since };
    // The environment may change under us, this tour may not: who publishes must know what they replace.
    if (before.since !== since)
      throw publishConflict('somebody else published or unpublished the tour meanwhile');
    prepared ??= await prepare({ isLive: since !== undefined });
    return planOf(live, tour, prepared);
  });
  if (committed.change.action !== 'unpublish') await requireKept(to, tour);
  return releaseReply(call, committed, patienceMs);
}

/** A tour that was deleted while it was published would be live where nobody sees it: it is taken away again. */
async function requireKept(to: CommitTo, tour: string): Promise<void> {
  const { table, account, environment, now } = to;
  const { draft } = await readTour(table, account, tour);
  if (draft !== undefined) return;
  const item = await table.get(keys.live(account, environment));
  // Where it has been unpublished since, the answer is what it was.
  if (item === undefined || liveStateOf(item).change.manifest[tour] === undefined) return;
  const note = 'the tour was deleted while it was published';
  await commit({ ...to, id: newId(now) }, (live) => {
    if (live === undefined) throw new Error('an environment is never removed');
    return planOf(live, tour, { action: 'unpublish', note });
  });
  throw notFound('no such tour: it was deleted meanwhile');
}

function planOf(live: LiveState, id: string, { action, tour, tourRevision, note }: Release): Plan {
  const others = live.tours.filter((other) => other.id !== id);
  if (tour === undefined && others.length === live.tours.length) {
    throw new TourLambdaError('TOUR_LAMBDA_NOT_LIVE', 'the tour is not live in this environment', {
      hint: 'GET the tour to see where it is',
    });
  }
  requireTheme(tour, live);
  return {
    action,
    tours: tour === undefined ? others : [...others, tour],
    settings: live.settings,
    settingsVersion: live.settingsVersion,
    tour: id,
    ...(tourRevision === undefined ? {} : { tourRevision }),
    ...(note === undefined ? {} : { note }),
  };
}

function requireTheme(tour: PublishedTour | undefined, { settings }: LiveState): void {
  if (tour?.theme === undefined || Object.hasOwn(settings.themes ?? {}, tour.theme)) return;
  const message = `the environment has no theme ${JSON.stringify(tour.theme)}`;
  throw invalidDocument([{ code: 'TOURS_INVALID_VALUE', pointer: '/theme', message }]);
}

/** API Gateway ends a request after 30 s, and people sooner. */
const MAX_WAIT_SECONDS = 20;
const WAIT_SECONDS = 10;

/** Milliseconds that the answer may wait for the other regions; 0 where it shall not. */
function patienceOf({ request: { query } }: Call): number {
  const wait = query.get('wait') ?? 'none';
  if (wait !== 'all' && wait !== 'none')
    throw invalidQuery(`wait is ${JSON.stringify(wait)}, expected "all" or "none"`);
  const text = query.get('seconds') ?? String(WAIT_SECONDS);
  const seconds = Number(text);
  if (!/^\d{1,2}$/.test(text) || seconds < 1 || seconds > MAX_WAIT_SECONDS)
    throw invalidQuery(`seconds is ${JSON.stringify(text)}, expected 1 to ${MAX_WAIT_SECONDS}`);
  return wait === 'all' ? seconds * 1000 : 0;
}

async function releaseReply(call: Call, { change, replayed }: Committed, patienceMs: number): Promise<Reply> {
  const { environment, revision, previous, tourRevision } = change;
  const regions =
    patienceMs > 0
      ? await waitEverywhere(
          call.replicas,
          keys.live(call.account, environment),
          (item) => Number(item?.['rev']?.N ?? 0) >= revision,
          patienceMs,
        )
      : undefined;
  return jsonReply(
    200,
    {
      id: change.id,
      environment,
      revision,
      previous,
      ...(tourRevision === undefined ? {} : { tourRevision }),
      ...(regions === undefined ? {} : { regions }),
    },
    replayed ? { 'idempotency-replayed': 'true' } : {},
  );
}
