import { accountKeyPattern, defaultEnvironment, newEnvironment } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { Log } from '../log.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { EVERY_ENVIRONMENT, hashOf, scopes } from './bearer-keys.ts';
import { commit } from './commit.ts';
import { newId } from './ids.ts';
import { issueKey } from './issue-key.ts';

export interface NewAccount {
  readonly account: string;
  /** The region whose table it is written to. */
  readonly home: string;
  /** Its first key, which may do everything. */
  readonly key: string;
  readonly now: number;
}

/** First parts of paths that mean something else. */
const RESERVED: ReadonlySet<string> = new Set(['healthz', 'preview', 'v1']);

/** Who makes accounts and suspends them: whoever may write to the table. */
export const OPERATOR = 'operator';

/**
 * Makes an account, its environment `production` and its first key, in this order; what is there already is kept,
 * so that it can be run again after a crash.
 *
 * @throws TourLambdaError where it has another first key already
 */
export async function createAccount(
  table: Table,
  { account, home, key, now }: NewAccount,
  log: Log,
): Promise<void> {
  const at = new Date(now).toISOString();
  await table.putIf({
    key: keys.account(account),
    attributes: { account: { S: account }, home: { S: home }, at: { S: at }, v: { N: '1' } },
    counter: 'v',
    previous: 0,
  });
  const live = keys.live(account, defaultEnvironment);
  if ((await table.get(live)) === undefined) {
    const to = { table, account, environment: defaultEnvironment, actor: OPERATOR, id: newId(now), now, log };
    await commit(to, (state) => ({
      action: state === undefined ? 'create' : 'configure',
      tours: state?.tours ?? [],
      settings: state?.settings ?? newEnvironment,
      settingsVersion: state?.settingsVersion ?? 1,
    }));
  }
  const grant = { id: FIRST_KEY, account, home, scopes, environments: [EVERY_ENVIRONMENT] };
  const issued = await issueKey(table, grant, key, {
    name: 'first key',
    createdAt: now,
    createdBy: OPERATOR,
  });
  if (issued) return;
  const known = await table.get(keys.keyRecord(account, FIRST_KEY));
  if (known?.['sha256']?.S !== hashOf(key)) {
    throw new TourLambdaError(
      'TOUR_LAMBDA_ACCOUNT_EXISTS',
      `there is an account ${JSON.stringify(account)}`,
      {
        hint: 'choose another key for the account, or use the keys that it has',
      },
    );
  }
}

const FIRST_KEY = 'key_first';

export function requireAccountKey(account: string): string {
  if (accountKeyPattern.test(account) && !RESERVED.has(account)) return account;
  throw new TourLambdaError('TOUR_LAMBDA_ENVIRONMENT', `ACCOUNT is ${JSON.stringify(account)}`, {
    hint: `expected a text that matches ${accountKeyPattern}, and none of ${[...RESERVED].join(', ')}`,
  });
}
