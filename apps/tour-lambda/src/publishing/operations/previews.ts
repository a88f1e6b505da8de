import { randomBytes } from 'node:crypto';
import { compileTours, defaultEnvironment, type PreviewData } from '@isochrone/tours';
import * as z from 'zod';
import { notFound } from '../../http/problem.ts';
import { jsonReply } from '../../http/reply.ts';
import { keys } from '../../store/keys.ts';
import { requireEnvironment } from '../authorise.ts';
import { hashOf } from '../bearer-keys.ts';
import { bodyOf, environmentField } from '../bodies.ts';
import type { Operation } from '../call.ts';
import { liveStateOf } from '../changes.ts';
import { requireDraft } from '../drafts.ts';
import { waitEverywhere } from '../everywhere.ts';
import { versionTag } from '../preconditions.ts';

const MAX_SECONDS = 3600;
/** How long an expired token is known as such: 410 rather than 401. */
const REMEMBERED_SECONDS = 24 * 3600;

export const previewBody = z.strictObject({
  environment: environmentField,
  seconds: z.int().min(60).max(MAX_SECONDS).default(MAX_SECONDS),
});

export const previewOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/tours/{tour}/preview-tokens',
    scope: 'tours:read',
    run: async ({ request, params: { tour: id = '' }, account, grant, table, replicas, now }) => {
      const { environment, seconds } = bodyOf(request, previewBody);
      requireEnvironment(grant, environment);
      const draft = await requireDraft(table, account, id);
      const item = await table.get(keys.live(account, environment));
      if (item === undefined) throw notFound(`no such environment as ${JSON.stringify(environment)}`);
      const live = liveStateOf(item);
      const expires = now + seconds * 1000;
      const expiresAt = new Date(expires).toISOString();
      // The draft as it is now, without what is private: whoever has the token sees this and nothing else.
      const data: PreviewData = {
        account,
        ...(environment === defaultEnvironment ? {} : { environment }),
        revision: live.revision,
        ...compileTours([draft.tour], live.settings),
        preview: { tour: id, expiresAt },
      };
      const token = `ipt_${randomBytes(32).toString('base64url')}`;
      const key = keys.preview(hashOf(token));
      await table.put(key, {
        expires: { S: expiresAt },
        data: { S: JSON.stringify(data) },
        ttl: { N: String(Math.ceil(expires / 1000) + REMEMBERED_SECONDS) },
      });
      // The page that shows it may be close to any region.
      await waitEverywhere(replicas, key, (stored) => stored !== undefined);
      return jsonReply(201, {
        token,
        path: `/preview/${token}`,
        expiresAt,
        draft: versionTag(draft.version),
      });
    },
  },
];
