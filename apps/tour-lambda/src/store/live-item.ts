import { bytes, count, type Item, text } from './attributes.ts';

/** All that is live in an environment, as delivery sees it. */
export interface LiveItem {
  /** Rises by one with every change. */
  readonly revision: number;
  readonly suspended: boolean;
  /** The published payload: JSON, gzipped. */
  readonly payload: Buffer;
}

export const liveItemOf = (item: Item): LiveItem => ({
  revision: count(item, 'rev'),
  suspended: text(item, 'status') === 'suspended',
  payload: bytes(item, 'payload'),
});
