import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TourLambdaError } from '../errors.ts';

/** A stored item. */
export type Item = Readonly<Record<string, AttributeValue>>;

export type Key = Record<'pk' | 'sk', AttributeValue>;

const key = (pk: string, sk: string): Key => ({ pk: { S: pk }, sk: { S: sk } });

export const TOUR_PREFIX = 'TOUR#';

/** The single table's keys. */
export const keys = {
  /** All that is live in an account: the only item that delivery reads. */
  live: (account: string): Key => key(`PUB#${account}`, 'LIVE#production'),
  tour: (account: string, tour: string): Key => key(`ACC#${account}`, `${TOUR_PREFIX}${tour}`),
  account: (account: string): Key => key(`ACC#${account}`, 'META'),
  publishingKey: (hash: string): Key => key(`KEY#${hash}`, 'META'),
  /** No such item: asking for it proves that the store answers. */
  probe: (): Key => key('HEALTH', 'PROBE'),
};

export const accountPartition = (account: string): AttributeValue => ({ S: `ACC#${account}` });

/** A text attribute that the item must have. */
export function text(item: Item, attribute: string): string {
  const value = item[attribute]?.S;
  if (value === undefined) throw invalidItem(item, attribute);
  return value;
}

/** A whole-number attribute that the item must have. */
export function count(item: Item, attribute: string): number {
  const value = Number(item[attribute]?.N);
  if (!Number.isSafeInteger(value)) throw invalidItem(item, attribute);
  return value;
}

/** The error of an item that this table's writers cannot have made. */
export function invalidItem(item: Item, attribute: string, cause?: unknown): TourLambdaError {
  const name = `${item['pk']?.S} ${item['sk']?.S}`;
  return new TourLambdaError('TOUR_LAMBDA_STORED_ITEM_INVALID', `item ${name} has no valid "${attribute}"`, {
    hint: 'publish the account again, or restore the item',
    ...(cause === undefined ? {} : { cause }),
  });
}
