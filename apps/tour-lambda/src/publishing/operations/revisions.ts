import { notFound } from '../../http/problem.ts';
import { jsonReply } from '../../http/reply.ts';
import { ranges } from '../../store/keys.ts';
import type { Operation } from '../call.ts';
import { requireDraft } from '../drafts.ts';
import { pageReply } from '../pages.ts';
import { type Revision, requireRevision, revisionOf } from '../revisions.ts';

const summaryOf = ({ document: _, ...summary }: Revision) => summary;

export const revisionOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/tours/{tour}/revisions',
    scope: 'tours:read',
    run: async ({ request, params: { tour = '' }, account, table }) => {
      await requireDraft(table, account, tour);
      return pageReply(
        table,
        ranges.revisions(account, tour),
        request,
        (item) => summaryOf(revisionOf(item)),
        { descending: true },
      );
    },
  },
  {
    method: 'GET',
    path: '/v1/tours/{tour}/revisions/{revision}',
    scope: 'tours:read',
    run: async ({ params: { tour = '', revision = '' }, account, table }) => {
      await requireDraft(table, account, tour);
      if (!/^[1-9]\d{0,5}$/.test(revision)) throw notFound('no such revision');
      return jsonReply(200, await requireRevision(table, account, tour, Number(revision)));
    },
  },
];
