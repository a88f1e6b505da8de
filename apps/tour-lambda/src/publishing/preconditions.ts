import { TourLambdaError } from '../errors.ts';
import { matchHolds } from '../http/entity-tags.ts';
import { notFound } from '../http/problem.ts';
import type { IncomingRequest } from '../http/request.ts';

/** The strong entity tag of something that counts its versions. */
export const versionTag = (version: number): string => `"d${version}"`;

/**
 * Whether a request may replace what has this version (0: nothing is there): If-Match names it, or If-None-Match
 * is `*` and nothing is there. Without either it is refused with 428 (RFC 6585, section 3).
 */
export function requirePrecondition({ headers }: IncomingRequest, version: number): void {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch === undefined && ifNoneMatch?.trim() !== '*') {
    throw new TourLambdaError('TOUR_LAMBDA_PRECONDITION_MISSING', 'a change needs If-Match', {
      hint: 'read it, and send its ETag as If-Match; If-None-Match: * creates it',
    });
  }
  if (ifMatch !== undefined && version === 0) throw notFound('nothing is there to be replaced');
  requireMatch(ifMatch, version);
  if (ifNoneMatch !== undefined && version > 0) throw stale(version);
}

/** Where If-Match is given, it must name this version. */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (!matchHolds(ifMatch, version === 0 ? undefined : versionTag(version))) throw stale(version);
}

export function stale(version: number): TourLambdaError {
  return new TourLambdaError('TOUR_LAMBDA_STALE', 'it is not in the version that the request names', {
    hint: 'read it again, and repeat the change on what it is now',
    ...(version === 0 ? {} : { members: { currentETag: versionTag(version) } }),
  });
}
