import type { Tour } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import { matchHolds } from '../http/entity-tags.ts';
import type { PublishingStore } from '../store/publishing-store.ts';
import { requireRoom } from './payload.ts';

const ATTEMPTS = 4;

export const versionTag = (version: number): string => `"v${version}"`;

/**
 * Stores a tour and returns its new version; If-Match, where it is given, decides over the one that is replaced.
 * Where it throws that the tour cannot be taken, nothing was stored.
 */
export async function saveTour(
  store: PublishingStore,
  account: string,
  tour: Tour,
  ifMatch: string | undefined,
): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await store.listTours(account);
    const previous = stored.find((other) => other.tour.id === tour.id)?.version ?? 0;
    const current = previous === 0 ? undefined : versionTag(previous);
    if (!matchHolds(ifMatch, current)) throw staleTour(current);
    requireRoom(
      stored.map((other) => other.tour),
      tour,
    );
    if (await store.writeTour(account, tour, previous)) return previous + 1;
  }
  throw new TourLambdaError('TOUR_LAMBDA_PUBLISH_CONFLICT', 'other publishers kept changing the tour', {
    hint: 'send the request again; nothing was stored',
  });
}

function staleTour(current: string | undefined): TourLambdaError {
  return new TourLambdaError('TOUR_LAMBDA_STALE_TOUR', 'the tour is not in the version that If-Match names', {
    hint: 'read the tour again, and repeat the change on what it is now',
    ...(current === undefined ? {} : { members: { currentETag: current } }),
  });
}
