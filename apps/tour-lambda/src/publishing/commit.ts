import type { Environment, PublishedTour } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { Log } from '../log.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import {
  type Change,
  changeAttributes,
  changeOf,
  isSuspended,
  type LiveState,
  liveAttributes,
  liveStateOf,
} from './changes.ts';

/** Where a change goes, and who makes it. */
export interface CommitTo {
  readonly table: Table;
  readonly account: string;
  readonly environment: string;
  readonly actor: string;
  /** Of the change. The same id is committed once, however often it is asked for. */
  readonly id: string;
  readonly now: number;
  readonly log: Log;
}

/** What is to be live. */
export interface Plan extends Pick<Change, 'action' | 'tour' | 'tourRevision' | 'note'> {
  readonly tours: readonly PublishedTour[];
  readonly settings: Environment;
  readonly settingsVersion: number;
  /** As it was, where it is absent. */
  readonly accountSuspended?: boolean;
}

export interface Committed {
  readonly change: Change;
  /** The change had been made by an earlier call with the same id. */
  readonly replayed: boolean;
}

const ATTEMPTS = 4;

/**
 * Changes what is live in an environment.
 *
 * The commit point is one conditional write of the LIVE item, on its revision. It carries the change itself, which
 * is copied to the ledger afterwards: by this call, or, where that does not come so far, by the next one, before
 * the item is written again. So a crash anywhere leaves the old revision live or the new one, and loses no entry.
 *
 * `plan` makes the new state of the current one, and is asked again where somebody else was faster.
 */
export async function commit(
  to: CommitTo,
  plan: (live: LiveState | undefined) => Promise<Plan> | Plan,
): Promise<Committed> {
  const { table, account, environment, id, log } = to;
  const key = keys.live(account, environment);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const item = await table.get(key);
    const live = item && liveStateOf(item);
    if (live) await enterIntoLedger(table, account, live.change);
    // In this order: what was live before that read is in the ledger by now.
    const made = live?.change.id === id ? live.change : await ledgerEntry(table, account, id);
    if (made) return { change: made, replayed: true };

    const planned = await plan(live);
    const accountSuspended =
      planned.accountSuspended ?? live?.accountSuspended ?? (await accountIsSuspended(table, account));
    const next = nextState(to, live, { ...planned, accountSuspended });
    const attributes = liveAttributes(next);
    if (!(await table.putIf({ key, attributes, counter: 'rev', previous: live?.revision ?? 0 }))) continue;
    // It is live, whatever becomes of this: the next call enters it.
    await enterIntoLedger(table, account, next.change).catch((cause) =>
      log('warning', ledgerBehind(cause), { account, environment, change: id }),
    );
    return { change: next.change, replayed: false };
  }
  throw publishConflict('other publishers kept changing the environment');
}

export const publishConflict = (what: string): TourLambdaError =>
  new TourLambdaError('TOUR_LAMBDA_PUBLISH_CONFLICT', what, {
    hint: 'look at what is live now, and send the request again if it should still be done',
  });

const ledgerBehind = (cause: unknown): TourLambdaError =>
  new TourLambdaError('TOUR_LAMBDA_LEDGER_BEHIND', 'a change is live and not in the ledger yet', {
    hint: 'the next change of the environment enters it',
    cause,
  });

function nextState(
  { account: _, ...to }: CommitTo,
  live: LiveState | undefined,
  plan: Plan & Pick<LiveState, 'accountSuspended'>,
): LiveState {
  const { tours, settings, settingsVersion, accountSuspended, action, tour, tourRevision, note } = plan;
  const previous = live?.revision ?? 0;
  const revision = previous + 1;
  const before = live?.change.manifest ?? {};
  const manifest = Object.fromEntries(
    tours.map(({ id }) => {
      const known = before[id];
      const changed = id === tour || known === undefined;
      return [id, changed ? { revision: tourRevision ?? 0, since: revision } : known];
    }),
  );
  const change: Change = {
    id: to.id,
    at: new Date(to.now).toISOString(),
    actor: to.actor,
    action,
    environment: to.environment,
    previous,
    revision,
    ...(tour === undefined ? {} : { tour }),
    ...(tourRevision === undefined ? {} : { tourRevision }),
    ...(note === undefined ? {} : { note }),
    manifest,
  };
  return { revision, change, settings, settingsVersion, tours, accountSuspended };
}

/** Idempotent: an entry is never changed. */
export async function enterIntoLedger(table: Table, account: string, change: Change): Promise<void> {
  await table.putIf({
    key: keys.ledger(account, change.id),
    attributes: changeAttributes(change),
    counter: 'revision',
    previous: 0,
  });
}

async function accountIsSuspended(table: Table, account: string): Promise<boolean> {
  const item = await table.get(keys.account(account));
  return item !== undefined && isSuspended(item);
}

async function ledgerEntry(table: Table, account: string, id: string): Promise<Change | undefined> {
  const item = await table.get(keys.ledger(account, id));
  return item && changeOf(item);
}
