import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { type PublishedPayload, renderScript } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { ContentCoding } from '../http/accept-encoding.ts';
import type { LiveItem } from '../store/live-store.ts';

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

interface Entry {
  readonly live: LiveItem;
  readonly byCoding: Map<ContentCoding, EncodedScript>;
}

/** Compression costs more than it saves below this, with base64 adding a third on the way to the gateway. */
const MIN_COMPRESSED_BYTES = 1024;

/** Accounts whose scripts are kept; at 64 KB each, some tens of MB. */
const MAX_ACCOUNTS = 500;

export function createScripts(runtime: string): Scripts {
  const entries = new Map<string, Entry>();

  const entryOf = (account: string, live: LiveItem): Entry => {
    const known = entries.get(account);
    entries.delete(account);
    // A table restored from a backup counts its revisions again: equal revisions alone prove nothing.
    const current = known?.live.revision === live.revision && known.live.payload === live.payload;
    const entry = known && current ? known : { live, byCoding: new Map<ContentCoding, EncodedScript>() };
    entries.set(account, entry);
    const oldest = entries.keys().next();
    if (entries.size > MAX_ACCOUNTS && !oldest.done) entries.delete(oldest.value);
    return entry;
  };

  return {
    encoded(account, live, coding) {
      const { byCoding } = entryOf(account, live);
      const known = byCoding.get(coding);
      if (known) return known;
      const { revision } = live;
      const script = renderScript({ runtime, account, revision, payload: payloadOf(account, live) });
      const encoded = encode(Buffer.from(script), coding);
      byCoding.set(coding, encoded);
      return encoded;
    },
  };
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
