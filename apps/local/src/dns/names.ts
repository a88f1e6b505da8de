/** The message breaks the rules of its format. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

const MAX_NAME_BYTES = 255;
const MAX_LABEL_BYTES = 63;
const PLAIN = /^[a-z0-9_*-]*$/;

/**
 * Reads a name without compression, which no query needs: it has one name.
 *
 * @throws Malformed, RangeError
 */
export function readName(message: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let offset = start;
  for (;;) {
    const length = message.readUInt8(offset);
    offset += 1;
    if (length === 0) break;
    if (length > MAX_LABEL_BYTES) throw new Malformed('a label of an unknown kind');
    if (offset + length > message.length) throw new Malformed('a label that is cut off');
    labels.push(labelText(message.toString('latin1', offset, offset + length)));
    offset += length;
    if (offset - start >= MAX_NAME_BYTES) throw new Malformed('a name of more than 255 bytes');
  }
  return { name: labels.join('.'), end: offset };
}

/** Letters are equal whatever their case (RFC 4343); a dot within a label is no separator. */
function labelText(latin1: string): string {
  const lower = latin1.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  if (PLAIN.test(lower)) return lower;
  return [...lower]
    .map((character) =>
      PLAIN.test(character) ? character : `\\${String(character.charCodeAt(0)).padStart(3, '0')}`,
    )
    .join('');
}

const encoded = new Map<string, Buffer>();

/** A name of the zone on the wire. Zones are small and change seldom, so what was encoded is kept. */
export function encodeName(name: string): Buffer {
  const known = encoded.get(name);
  if (known) return known;
  const labels = name === '' ? [] : name.split('.');
  const bytes = Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
  encoded.set(name, bytes);
  return bytes;
}
