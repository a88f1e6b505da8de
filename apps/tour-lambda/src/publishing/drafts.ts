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

/** False where the stored version is no longer the one before (0: the tour does not exist). */
export const writeDraft = (table: Table, account: string, draft: Draft): Promise<boolean> =>
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
    previous: draft.version - 1,
  });

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
