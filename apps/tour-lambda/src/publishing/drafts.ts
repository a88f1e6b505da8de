import { parseTour, type Tour } from '@isochrone/tours';
import { notFound } from '../http/problem.ts';
import { count, type Item, invalidItem, json, text } from '../store/attributes.ts';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';

/** A tour as its authors have it, published or not. */
export interface Draft {
  readonly tour: Tour;
  /** Rises by one with every write. */
  readonly version: number;
  /** RFC 3339. */
  readonly updatedAt: string;
  /** Id of the key. */
  readonly updatedBy: string;
  /** Id of the request that made the tour, by which a repetition knows it. */
  readonly origin: string;
}

export async function readDraft(table: Table, account: string, tour: string): Promise<Draft | undefined> {
  const item = await table.get(keys.tour(account, tour));
  return item && draftOf(item);
}

export async function requireDraft(table: Table, account: string, tour: string): Promise<Draft> {
  const draft = await readDraft(table, account, tour);
  if (draft !== undefined) return draft;
  throw notFound('no such tour');
}

/**
 * The version that the draft of a new tour follows: 0, or the last one of a deleted tour of the same id, so that no
 * entity tag of that one fits the new draft.
 */
export async function versionBefore(table: Table, account: string, tour: string): Promise<number> {
  const item = await table.get(keys.deletedTour(account, tour));
  return item === undefined ? 0 : count(item, 'v');
}

/** False where the stored version is no longer the one in `replaces` (0: the tour does not exist). */
export const writeDraft = (table: Table, account: string, draft: Draft, replaces: number): Promise<boolean> =>
  table.putIf({
    key: keys.tour(account, draft.tour.id),
    attributes: {
      v: { N: String(draft.version) },
      tour: { S: JSON.stringify(draft.tour) },
      at: { S: draft.updatedAt },
      actor: { S: draft.updatedBy },
      origin: { S: draft.origin },
    },
    counter: 'v',
    previous: replaces,
  });

/** False where the stored version is another one by now. Its revisions stay, as does what the ledger says of it. */
export async function deleteDraft(table: Table, account: string, { tour, version }: Draft): Promise<boolean> {
  await table.put(keys.deletedTour(account, tour.id), { v: { N: String(version) } });
  return table.removeIf({ key: keys.tour(account, tour.id), counter: 'v', previous: version });
}

export function draftOf(item: Item): Draft {
  const result = parseTour(json(item, 'tour'));
  if (!result.ok) throw invalidItem(item, 'tour', result.problems);
  return {
    tour: result.tour,
    version: count(item, 'v'),
    updatedAt: text(item, 'at'),
    updatedBy: text(item, 'actor'),
    origin: text(item, 'origin'),
  };
}
