import { environmentKeyPattern, parseEnvironment } from '@isochrone/tours';
import { notFound } from '../../http/problem.ts';
import { jsonReply } from '../../http/reply.ts';
import { keys, ranges } from '../../store/keys.ts';
import { requireEnvironment } from '../authorise.ts';
import { invalidDocument, jsonBody } from '../bodies.ts';
import type { Operation } from '../call.ts';
import { type LiveState, liveStateOf } from '../changes.ts';
import { commit } from '../commit.ts';
import { operationId } from '../idempotency.ts';
import { pageReply } from '../pages.ts';
import { requirePrecondition, versionTag } from '../preconditions.ts';

const shown = ({ revision, settings, settingsVersion, change, accountSuspended }: LiveState) => ({
  key: change.environment,
  version: settingsVersion,
  revision,
  settings,
  tours: change.manifest,
  accountSuspended,
});

export const environmentOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/environments',
    scope: 'tours:read',
    run: ({ request, account, table }) =>
      pageReply(table, ranges.environments(account), request, (item) => shown(liveStateOf(item))),
  },
  {
    method: 'GET',
    path: '/v1/environments/{environment}',
    scope: 'tours:read',
    run: async ({ params: { environment = '' }, account, table }) => {
      const item = await table.get(keys.live(account, environment));
      if (item === undefined) throw notFound('no such environment');
      const live = liveStateOf(item);
      return jsonReply(200, shown(live), { etag: versionTag(live.settingsVersion) });
    },
  },
  {
    method: 'PUT',
    path: '/v1/environments/{environment}',
    scope: 'tours:publish',
    run: async (call) => {
      const { request, account, table, grant, now, log } = call;
      const { environment = '' } = call.params;
      if (!environmentKeyPattern.test(environment)) throw notFound('no such environment');
      requireEnvironment(grant, environment);
      const id = await operationId(call);
      let created = false;
      const to = { table, account, environment, actor: grant.id, id, now, log };
      const { change } = await commit(to, (live) => {
        requirePrecondition(request, live?.settingsVersion ?? 0);
        const parsed = parseEnvironment(jsonBody(request));
        if (!parsed.ok) throw invalidDocument(parsed.problems);
        created = live === undefined;
        return {
          action: created ? 'create' : 'configure',
          tours: live?.tours ?? [],
          settings: parsed.environment,
          settingsVersion: (live?.settingsVersion ?? 0) + 1,
        };
      });
      const { revision, previous } = change;
      const item = await table.get(keys.live(account, environment));
      const version = item === undefined ? 1 : liveStateOf(item).settingsVersion;
      return jsonReply(
        created ? 201 : 200,
        { key: environment, revision, previous },
        { etag: versionTag(version), ...(created ? { location: `/v1/environments/${environment}` } : {}) },
      );
    },
  },
];
