/**
 * A number of [0, 100) that is the same whenever the text is: FNV-1a of its UTF-16 code units, then MurmurHash3's
 * finaliser, as texts that only differ at their end would otherwise lie close together.
 */
export function percentOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * 100;
}
