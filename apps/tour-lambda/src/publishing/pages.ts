import { TourLambdaError } from '../errors.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { Item } from '../store/attributes.ts';
import type { Range } from '../store/keys.ts';
import type { QueryOptions, Table } from '../store/table.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100;

/**
 * One page of a list, up to `?limit` long and beginning after `?cursor`: `{ "items": […], "next": "…" }`. Items of
 * which `itemOf` makes nothing are left out.
 */
export async function pageReply(
  table: Table,
  range: Range,
  { query }: IncomingRequest,
  itemOf: (item: Item) => unknown,
  order: Pick<QueryOptions, 'descending'> = {},
): Promise<Reply> {
  const cursor = query.get('cursor');
  const page = await table.query(range, {
    ...order,
    limit: limitOf(query.get('limit')),
    ...(cursor === null ? {} : { after: sortKeyOf(cursor, range) }),
  });
  return jsonReply(200, {
    items: page.items.map(itemOf).filter((item) => item !== undefined),
    ...(page.next === undefined ? {} : { next: cursorOf(page.next, range) }),
  });
}

function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = Number(text);
  if (/^\d{1,3}$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalidQuery(`limit is ${JSON.stringify(text)}, expected 1 to ${MAX_LIMIT}`);
}

const cursorOf = (sortKey: string, { prefix }: Range): string =>
  Buffer.from(sortKey.slice(prefix.length)).toString('base64url');

/** A cursor is what follows the range's own prefix: it can lead nowhere else. */
function sortKeyOf(cursor: string, { prefix }: Range): string {
  const rest = Buffer.from(cursor, 'base64url').toString();
  if (/^[\w#-]{1,128}$/.test(rest)) return prefix + rest;
  throw invalidQuery('cursor is not one that this list has given');
}

export const invalidQuery = (what: string): TourLambdaError =>
  new TourLambdaError('TOUR_LAMBDA_QUERY_INVALID', what);
