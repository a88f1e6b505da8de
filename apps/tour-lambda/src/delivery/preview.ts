import { createHash } from 'node:crypto';
import { TourLambdaError } from '../errors.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import type { DeliveryStore } from '../store/delivery-store.ts';

/** The draft that a token shows; whoever has the token may see it until it expires. */
export async function previewReply(store: DeliveryStore, token: string, now: number): Promise<Reply> {
  const preview = await store.readPreview(createHash('sha256').update(token).digest('hex'));
  if (preview === undefined) {
    throw new TourLambdaError('TOUR_LAMBDA_PREVIEW_UNKNOWN', 'no such preview', {
      hint: 'make another preview token',
      headers: { 'www-authenticate': 'Preview realm="isochrone"' },
    });
  }
  if (Date.parse(preview.expiresAt) <= now) {
    throw new TourLambdaError('TOUR_LAMBDA_PREVIEW_EXPIRED', `the preview ended at ${preview.expiresAt}`, {
      hint: 'make another preview token',
    });
  }
  return jsonReply(200, preview.data);
}
