import { createHash } from 'node:crypto';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defaultEnvironment, renderScript, suspendedScript } from '@isochrone/tours';
import type { ContentCoding } from '../http/accept-encoding.ts';
import type { LiveItem } from '../store/live-item.ts';
import { createMemo } from './memo.ts';
import { payloadIn } from './payloads.ts';

/** A script as it travels. */
export interface EncodedScript {
  readonly coding: ContentCoding;
  readonly bytes: Buffer;
  /** Strong: a hash of `bytes`, which differ per coding (RFC 9110, section 8.8.3.3). */
  readonly etag: string;
}

export interface Scripts {
  /** The script of what the store said just now; it is only made when that has changed. */
  encoded(address: ScriptAddress, live: LiveItem, coding: ContentCoding): EncodedScript;
}

/** Whose script it is. */
export interface ScriptAddress {
  readonly account: string;
  readonly environment: string;
}

/** The scripts of one environment, as they were made of one live item. */
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
    encoded(address, live, coding) {
      const name = `${address.account}/${address.environment}`;
      const made = madeOf(memo.get(name), live);
      const known = made.byCoding.get(coding);
      if (known) return known;
      const encoded = encode(Buffer.from(scriptOf(runtime, address, live)), coding);
      memo.set(name, { ...made, byCoding: new Map([...made.byCoding, [coding, encoded]]) });
      return encoded;
    },
  };
}

function scriptOf(runtime: string, { account, environment }: ScriptAddress, live: LiveItem): string {
  if (live.suspended) return suspendedScript;
  const { revision } = live;
  const payload = payloadIn(`${account}/${environment}`, live);
  const from = environment === defaultEnvironment ? { account } : { account, environment };
  return renderScript({ runtime, ...from, revision, payload });
}

// A table restored from a backup counts its revisions again: equal revisions alone prove nothing.
const madeOf = (known: Made | undefined, live: LiveItem): Made =>
  known !== undefined &&
  known.live.revision === live.revision &&
  known.live.suspended === live.suspended &&
  known.live.payload.equals(live.payload)
    ? known
    : { live, byCoding: new Map() };

function bytesOf({ live, byCoding }: Made): number {
  let bytes = live.payload.length;
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
