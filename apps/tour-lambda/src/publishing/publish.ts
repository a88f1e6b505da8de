import { compileTours } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { PublishingStore } from '../store/publishing-store.ts';

/** Attempts after the first, where another publisher was faster. */
export const RETRIES = 3;

/** DynamoDB's items end at 400 KB (of 1024 bytes), keys and numbers included. */
const MAX_PAYLOAD_BYTES = 390 * 1024;

/**
 * Compiles all tours of an account and makes them live, as the next revision.
 *
 * The commit point is one conditional write. The revision is read before the tours: a publisher that commits in
 * between has moved it, so no tour that was confirmed can be lost from what is written here.
 */
export async function publish(store: PublishingStore, account: string): Promise<number> {
  for (let attempt = 0; attempt <= RETRIES; attempt += 1) {
    const live = await store.readLive(account);
    const payload = JSON.stringify(compileTours(await store.listTours(account)));
    requireItemSize(payload);
    const revision = (live?.revision ?? 0) + 1;
    if (await store.replaceLive(account, { revision, payload })) return revision;
  }
  throw new TourLambdaError('TOUR_LAMBDA_PUBLISH_CONFLICT', 'other publishers kept changing the account', {
    hint: 'send the request again; the next publish makes the stored tour live in any case',
  });
}

function requireItemSize(payload: string): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes <= MAX_PAYLOAD_BYTES) return;
  throw new TourLambdaError(
    'TOUR_LAMBDA_PAYLOAD_TOO_LARGE',
    `the account's live tours take ${bytes} bytes, expected at most ${MAX_PAYLOAD_BYTES}`,
    { hint: 'shorten or remove tours' },
  );
}
