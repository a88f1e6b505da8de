import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { type PublishedPayload, renderScript } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { ContentCoding } from '../http/accept-encoding.ts';
import type { LiveItem } from '../store/live-store.ts';
import { createMemo } from './memo.ts';

/** A script as it travels. */
export interface EncodedScript {
  readonly coding: ContentCoding;
  readonly bytes: Buffer;
  /** Strong: a hash of `bytes`, which differ per coding (RFC 9110, section 8.8.3.3). */
  readonly etag: string;
}

export interface Scripts {
  /** The script of what the store said just now; it is only made when that has changed. */
  encoded(account: string, live: LiveItem, coding: ContentCoding): EncodedScript;
}

/** The scripts of one account, as they were made of one live item. */
interface Made {
  readonly live: LiveItem;
  readonly byCoding: ReadonlyMap<ContentCoding, EncodedScript>;
}

/** Compression costs more than it saves below this, with base64 adding a third on the way to the gateway. */
const MIN_COMPRESSED_BYTES = 1024;

/** What scripts are kept in; some 30 of the largest accounts, or a thousand small ones. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

export function createScripts(runtime: string, maxKeptBytes = MAX_KEPT_BYTES): Scripts {
  const memo = createMemo(maxKeptBytes, bytesOf);
  return {
    encoded(account, live, coding) {
      const made = madeOf(memo.get(account), live);
      const known = made.byCoding.get(coding);
      if (known) return known;
      const { revision } = live;
      const script = renderScript({ runtime, account, revision, payload: payloadOf(account, live) });
      const encoded = encode(Buffer.from(script), coding);
      memo.set(account, { ...made, byCoding: new Map([...made.byCoding, [coding, encoded]]) });
      return encoded;
    },
  };
}

// A table restored from a backup counts its revisions again: equal revisions alone prove nothing.
const madeOf = (known: Made | undefined, live: LiveItem): Made =>
  known?.live.revision === live.revision && known.live.payload === live.payload
    ? known
    : { live, byCoding: new Map() };

/** What it takes to keep them; a character is two bytes unless all of a text are Latin-1. */
function bytesOf({ live, byCoding }: Made): number {
  let bytes = 2 * live.payload.length;
  for (const script of byCoding.values()) bytes += script.bytes.length;
  return bytes;
}

function encode(script: Buffer, wanted: ContentCoding): EncodedScript {
  const coding = script.length < MIN_COMPRESSED_BYTES ? 'identity' : wanted;
  const bytes = compress(script, coding);
  const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { coding, bytes, etag: `"${digest}-${coding}"` };
}

function compress(script: Buffer, coding: ContentCoding): Buffer {
  if (coding === 'gzip') return gzipSync(script);
  if (coding === 'identity') return script;
  // Quality 11, the default, takes some 50 ms where 5 takes 1: too much for the first load after a publish.
  return brotliCompressSync(script, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 5,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: script.length,
    },
  });
}

function payloadOf(account: string, { payload }: LiveItem): PublishedPayload {
  const value: unknown = JSON.parse(payload);
  if (isPublishedPayload(value)) return value;
  throw new TourLambdaError(
    'TOUR_LAMBDA_STORED_ITEM_INVALID',
    `live payload of ${account} is of an unknown format`,
    {
      hint: 'deploy a delivery function that knows the format, or publish the account again',
    },
  );
}

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
