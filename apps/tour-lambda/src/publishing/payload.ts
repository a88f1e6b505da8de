import { compileTours, type Tour } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';

/** DynamoDB's items end at 400 KB (of 1024 bytes), keys and numbers included. */
const MAX_PAYLOAD_BYTES = 390 * 1024;

/** What is stored as live of these tours; throws where that is more than an item holds. */
export function payloadOf(tours: readonly Tour[]): string {
  const payload = compiled(tours);
  const bytes = Buffer.byteLength(payload);
  if (bytes > MAX_PAYLOAD_BYTES)
    throw payloadTooLarge(bytes, 'the tour is stored, and what was live stays live');
  return payload;
}

/**
 * Refuses a tour that would make the account too large beside the tours that are stored. One that shrinks an
 * account that is too large already may pass: racing publishers can have made it so, and this is the way back.
 */
export function requireRoom(stored: readonly Tour[], tour: Tour): void {
  const others = stored.filter(({ id }) => id !== tour.id);
  const bytes = Buffer.byteLength(compiled([...others, tour]));
  if (bytes <= MAX_PAYLOAD_BYTES || bytes < Buffer.byteLength(compiled(stored))) return;
  throw payloadTooLarge(bytes, 'nothing was stored');
}

const compiled = (tours: readonly Tour[]): string => JSON.stringify(compileTours(tours));

function payloadTooLarge(bytes: number, outcome: string): TourLambdaError {
  return new TourLambdaError(
    'TOUR_LAMBDA_PAYLOAD_TOO_LARGE',
    `the account's live tours take ${bytes} bytes, expected at most ${MAX_PAYLOAD_BYTES}`,
    { hint: `shorten a tour; ${outcome}` },
  );
}
