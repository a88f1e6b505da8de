import { TourLambdaError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Item, text } from '../store/attributes.ts';
import { keys, ranges } from '../store/keys.ts';
import { queryAll, type Table } from '../store/table.ts';
import { OPERATOR } from './accounts.ts';
import { isSuspended } from './changes.ts';
import { commit } from './commit.ts';
import { newId } from './ids.ts';

export interface Suspension {
  readonly account: string;
  /** The region of the table at hand; it must be the one that the account is written to. */
  readonly region: string;
  readonly topology: Replicas;
  /** False ends a suspension. */
  readonly suspended: boolean;
  readonly note?: string;
  readonly now: number;
}

/** The regions that have a replica of the table. */
export interface Replicas {
  /** Where accounts are written whose own home has none. */
  readonly home: string;
  readonly regions: readonly string[];
}

/**
 * Suspends an account, or ends that: while it lasts, the script of each of its environments does nothing, whatever
 * their settings say; drafts can be written and tours published. What is done already is left alone, so that it can
 * be run again: after a crash, or where an environment was made at the very same time.
 *
 * @returns the environments of the account
 * @throws TourLambdaError where there is no such account, another region is its home, or an environment cannot be
 *   changed, after all others were
 */
export async function suspendAccount(
  table: Table,
  { account, region, topology, suspended, note, now }: Suspension,
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
  const written = topology.regions.includes(home) ? home : topology.home;
  if (region !== written && region !== home) {
    throw new TourLambdaError(
      'TOUR_LAMBDA_ACCOUNT_ELSEWHERE',
      `the account is written to in ${written}, not ${region}`,
      {
        hint: `name that region, so that no write of another one is lost: --home ${written}`,
      },
    );
  }
  // First what environments that are made from now on look at.
  if (isSuspended(item) !== suspended) await table.put(key, { ...item, suspended: { BOOL: suspended } });
  const items = await queryAll(table, ranges.environments(account));
  const failures: string[] = [];
  let cause: unknown;
  for (const live of items) {
    const environment = environmentIn(live);
    try {
      await untilCommitted(table, { account, suspended, environment, note, now }, log);
    } catch (error) {
      cause = error;
      failures.push(`${environment} (${error instanceof Error ? error.message : error})`);
    }
  }
  if (failures.length === 0) return items.map(environmentIn);
  throw new TourLambdaError(
    'TOUR_LAMBDA_SUSPENSION_UNFINISHED',
    `${items.length - failures.length} of ${items.length} environments are ${suspended ? 'suspended' : 'resumed'}, but not ${failures.join(', ')}`,
    { hint: 'run it again: what is done stays so', cause },
  );
}

const LIVE = 'LIVE#';
const environmentIn = (item: Item): string => text(item, 'sk').slice(LIVE.length);

/** Each of them looks several times itself: who keeps publishing must not keep a suspension away. */
const COMMITS = 10;

interface One extends Pick<Suspension, 'account' | 'suspended' | 'now'> {
  readonly environment: string;
  readonly note: string | undefined;
}

async function untilCommitted(table: Table, one: One, log: Log): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await commitOne(table, one, log);
      return;
    } catch (error) {
      const outrun = error instanceof TourLambdaError && error.code === 'TOUR_LAMBDA_PUBLISH_CONFLICT';
      if (!outrun || attempt === COMMITS) throw error;
    }
  }
}

async function commitOne(
  table: Table,
  { account, environment, suspended, note, now }: One,
  log: Log,
): Promise<void> {
  const item = await table.get(keys.live(account, environment));
  if (item === undefined || isSuspended(item) === suspended) return;
  const to = { table, account, environment, actor: OPERATOR, id: newId(now), now, log };
  await commit(to, (live) => {
    if (live === undefined) throw new Error('an environment is never removed');
    return {
      action: suspended ? 'suspend' : 'resume',
      tours: live.tours,
      settings: live.settings,
      settingsVersion: live.settingsVersion,
      accountSuspended: suspended,
      ...(note === undefined ? {} : { note }),
    };
  });
}
