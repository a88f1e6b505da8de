import { createHash } from 'node:crypto';

/** Bytes that repeat only after a length that no block size divides, so that a misplaced piece of a body shows. */
const PATTERN = Buffer.alloc(1_048_583);
for (let index = 0, state = 1; index < PATTERN.length; index += 1) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  PATTERN[index] = state >>> 24;
}

/** The body of `bytes` bytes that belongs to the request `id` and to no other; begins with the id where there is room. */
export function bodyFor(id: string, bytes: number): Buffer {
  const body = Buffer.allocUnsafe(bytes);
  const offset = createHash('sha1').update(id).digest().readUInt32LE() % PATTERN.length;
  for (let at = 0, from = offset; at < bytes; from = 0) {
    at += PATTERN.copy(body, at, from, Math.min(PATTERN.length, from + bytes - at));
  }
  body.write(`${id}\n`, 0, 'latin1');
  return body;
}

export const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** What an upstream answers to a request with a body: what it received. */
export const receiptOf = (id: string, received: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ id, bytes: received.length, sha256: sha256(received) }));
