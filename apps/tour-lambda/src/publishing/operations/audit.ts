import { ranges } from '../../store/keys.ts';
import { queryAll } from '../../store/table.ts';
import type { Operation } from '../call.ts';
import { changeOf } from '../changes.ts';
import { enterIntoLedger } from '../commit.ts';
import { pageReply } from '../pages.ts';

export const auditOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/audit',
    scope: 'tours:read',
    run: async ({ request, account, table }) => {
      // What a publisher that crashed left unsaid, so that the ledger is never behind what is live.
      for (const item of await queryAll(table, ranges.environments(account)))
        await enterIntoLedger(table, account, changeOf(item));
      return pageReply(table, ranges.ledger(account), request, changeOf, { descending: true });
    },
  },
];
