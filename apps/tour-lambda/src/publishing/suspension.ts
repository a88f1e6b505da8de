import { TourLambdaError } from '../errors.ts';
import type { Log } from '../log.ts';
import { text } from '../store/attributes.ts';
import { keys, ranges } from '../store/keys.ts';
import { queryAll, type Table } from '../store/table.ts';
import { OPERATOR } from './accounts.ts';
import { isSuspended, liveStateOf } from './changes.ts';
import { commit } from './commit.ts';
import { newId } from './ids.ts';

export interface Suspension {
  readonly account: string;
  /** The region of the table at hand; it must be the account's home. */
  readonly region: string;
  /** False ends a suspension. */
  readonly suspended: boolean;
  readonly note?: string;
  readonly now: number;
}

/**
 * Suspends an account, or ends that: while it lasts, the script of each of its environments does nothing, whatever
 * their settings say; drafts can be written and tours published. What is done already is left alone, so that it can
 * be run again: after a crash, or where an environment was made at the very same time.
 *
 * @returns the environments of the account
 * @throws TourLambdaError where there is no such account, or another region is its home
 */
export async function suspendAccount(
  table: Table,
  { account, region, suspended, note, now }: Suspension,
  log: Log,
): Promise<readonly string[]> {
  const key = keys.account(account);
  const item = await table.get(key);
  if (item === undefined) {
    throw new TourLambdaError('TOUR_LAMBDA_ACCOUNT_UNKNOWN', `no account ${JSON.stringify(account)}`, {
      hint: `check its name, and that the table in ${region} is the one that it is written to`,
    });
  }
  const home = text(item, 'home');
  if (home !== region) {
    throw new TourLambdaError(
      'TOUR_LAMBDA_ACCOUNT_ELSEWHERE',
      `the account is at home in ${home}, not ${region}`,
      {
        hint: `name its home, so that no write of another region is lost: --home ${home}`,
      },
    );
  }
  // First what environments that are made from now on look at.
  if (isSuspended(item) !== suspended) await table.put(key, { ...item, suspended: { BOOL: suspended } });
  const environments = (await queryAll(table, ranges.environments(account))).map(liveStateOf);
  const action = suspended ? 'suspend' : 'resume';
  for (const { accountSuspended, change } of environments) {
    if (accountSuspended === suspended) continue;
    const to = { table, account, environment: change.environment, actor: OPERATOR, id: newId(now), now, log };
    await commit(to, (live) => {
      if (live === undefined) throw new Error('an environment is never removed');
      return {
        action,
        tours: live.tours,
        settings: live.settings,
        settingsVersion: live.settingsVersion,
        accountSuspended: suspended,
        ...(note === undefined ? {} : { note }),
      };
    });
  }
  return environments.map(({ change }) => change.environment);
}
