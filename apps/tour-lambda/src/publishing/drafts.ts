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

/**
 * What the table has of a tour. The item of a deleted one stays, without its document: versions, and with them
 * revisions, go on where it ended, so that none ever stands for two documents.
 */
export interface StoredTour {
  /** 0 where there never was a tour of this id. */
  readonly version: number;
  /** As in a draft; of a deleted tour, too. */
  readonly origin: string;
  readonly draft: Draft | undefined;
}

export async function readTour(table: Table, account: string, tour: string): Promise<StoredTour> {
  const item = await table.get(keys.tour(account, tour));
  if (item === undefined) return { version: 0, origin: '', draft: undefined };
  return {
    version: count(item, 'v'),
    origin: text(item, 'origin'),
    draft: isDeleted(item) ? undefined : draftOf(item),
  };
}

export const isDeleted = (item: Item): boolean => item['deleted']?.BOOL === true;

export async function requireDraft(table: Table, account: string, tour: string): Promise<Draft> {
  const { draft } = await readTour(table, account, tour);
  if (draft !== undefined) return draft;
  throw notFound('no such tour');
}

/** False where the stored version is no longer the one before. */
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

/**
 * False where the stored version is another one by now. Revisions stay, as does what the ledger says of the tour;
 * another tour of its id goes on with them.
 */
export const deleteDraft = (
  table: Table,
  account: string,
  { tour, version, origin }: Draft,
): Promise<boolean> =>
  table.putIf({
    key: keys.tour(account, tour.id),
    attributes: { v: { N: String(version + 1) }, origin: { S: origin }, deleted: { BOOL: true } },
    counter: 'v',
    previous: version,
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
