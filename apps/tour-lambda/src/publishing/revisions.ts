import { createHash } from 'node:crypto';
import { parseTour, type Tour } from '@isochrone/tours';
import { notFound } from '../http/problem.ts';
import { count, type Item, json, text } from '../store/attributes.ts';
import { keys, ranges } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { invalidDocument } from './bodies.ts';
import { publishConflict } from './commit.ts';
import type { Draft } from './drafts.ts';

/** A draft as it was when it was published: never changed again. */
export interface Revision {
  readonly revision: number;
  readonly draftVersion: number;
  /** Of the document, as JSON. */
  readonly contentSha256: string;
  readonly createdAt: string;
  readonly author: string;
  readonly document: unknown;
}

const ATTEMPTS = 4;

/**
 * The revision of a draft: the last one where it was made of this very version, else the next. So what a publish
 * that crashed has left is taken up again, and a draft that goes to two environments is one revision.
 */
export async function reviseDraft(table: Table, account: string, draft: Draft): Promise<Revision> {
  const { id } = draft.tour;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { items } = await table.query(ranges.revisions(account, id), { limit: 1, descending: true });
    const last = items[0] && revisionOf(items[0]);
    if (last?.draftVersion === draft.version) return last;
    const document = JSON.stringify(draft.tour);
    const next: Revision = {
      revision: (last?.revision ?? 0) + 1,
      draftVersion: draft.version,
      contentSha256: createHash('sha256').update(document).digest('hex'),
      createdAt: draft.updatedAt,
      author: draft.updatedBy,
      document: draft.tour,
    };
    const attributes = {
      revision: { N: String(next.revision) },
      draft: { N: String(next.draftVersion) },
      sha256: { S: next.contentSha256 },
      at: { S: next.createdAt },
      actor: { S: next.author },
      tour: { S: document },
    };
    const key = keys.revision(account, id, next.revision);
    if (await table.putIf({ key, attributes, counter: 'revision', previous: 0 })) return next;
  }
  throw publishConflict('other publishers kept revising the tour');
}

export async function requireRevision(
  table: Table,
  account: string,
  tour: string,
  revision: number,
): Promise<Revision> {
  const item = await table.get(keys.revision(account, tour, revision));
  if (item !== undefined) return revisionOf(item);
  throw notFound('no such revision');
}

/** What a revision says, checked by the rules of today: they may have become stricter since. */
export function tourIn({ document }: Revision): Tour {
  const result = parseTour(document);
  if (result.ok) return result.tour;
  throw invalidDocument(result.problems);
}

export const revisionOf = (item: Item): Revision => ({
  revision: count(item, 'revision'),
  draftVersion: count(item, 'draft'),
  contentSha256: text(item, 'sha256'),
  createdAt: text(item, 'at'),
  author: text(item, 'actor'),
  document: json(item, 'tour'),
});
