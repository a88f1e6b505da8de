import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TourLambdaError } from '../errors.ts';

/** A stored item. */
export type Item = Readonly<Record<string, AttributeValue>>;

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

/** A binary attribute that the item must have. */
export function bytes(item: Item, attribute: string): Buffer {
  const value = item[attribute]?.B;
  if (value === undefined) throw invalidItem(item, attribute);
  return Buffer.from(value);
}

/** A text attribute that holds JSON. */
export function json(item: Item, attribute: string): unknown {
  try {
    return JSON.parse(text(item, attribute));
  } catch (cause) {
    if (cause instanceof TourLambdaError) throw cause;
    throw invalidItem(item, attribute, cause);
  }
}

/** The error of an item that this table's writers cannot have made. */
export function invalidItem(item: Item, attribute: string, cause?: unknown): TourLambdaError {
  const name = `${item['pk']?.S} ${item['sk']?.S}`;
  return new TourLambdaError('TOUR_LAMBDA_STORED_ITEM_INVALID', `item ${name} has no valid "${attribute}"`, {
    hint: 'publish again, or restore the item',
    ...(cause === undefined ? {} : { cause }),
  });
}
