import { createHash } from 'node:crypto';

/** Stands in a bundle for its own hash: as long as the hash, and unlike any other text. */
export const PLACEHOLDER = '@bundle-sha-256@';

/**
 * Puts a bundle's hash into the bundle: SHA-256 over the text with the placeholder, of which the first 16 hex
 * digits then take the placeholder's place. The length stays, and with it every position of the source map.
 */
export function stamp(bundle: string): string {
  return bundle.replaceAll(PLACEHOLDER, sha256(bundle).slice(0, PLACEHOLDER.length));
}

export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');
