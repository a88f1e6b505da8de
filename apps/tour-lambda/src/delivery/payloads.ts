import { gunzipSync } from 'node:zlib';
import type { PublishedPayload } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { LiveItem } from '../store/live-item.ts';

/** The payload of a live item, of whose format this function must be. */
export function payloadIn(name: string, { payload }: LiveItem): PublishedPayload {
  const value = unpacked(name, payload);
  if (isPublishedPayload(value)) return value;
  throw invalidPayload(name);
}

function unpacked(name: string, payload: Buffer): unknown {
  try {
    return JSON.parse(gunzipSync(payload).toString());
  } catch (cause) {
    throw invalidPayload(name, cause);
  }
}

const invalidPayload = (name: string, cause?: unknown): TourLambdaError =>
  new TourLambdaError('TOUR_LAMBDA_STORED_ITEM_INVALID', `live payload of ${name} is of an unknown format`, {
    hint: 'deploy a delivery function that knows the format, or publish again',
    cause,
  });

function isPublishedPayload(value: unknown): value is PublishedPayload {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'tours' in value &&
    Array.isArray(value.tours)
  );
}
