import type { Field } from './message.ts';

const PREFACE_BYTES = 24;
const FRAME_HEAD_BYTES = 9;
const HEADERS = 0x1;
const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** An integer of HPACK with a prefix of 7 bits (RFC 7541, section 5.1). */
function length7(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([length7(bytes.length), bytes]);
}

/** A header block: every field a literal without indexing and without Huffman coding (RFC 7541, section 6.2.2). */
export const headersPayload = (fields: readonly Field[]): Buffer =>
  Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));

/** Puts `payload` in the place of that of every HEADERS frame in a client's bytes, which may come in any pieces. */
export function replaceHeaders(payload: Buffer): (chunk: Buffer) => Buffer {
  let preface = PREFACE_BYTES;
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const out: Buffer[] = [];
    const take = (bytes: number): Buffer => {
      const taken = rest.subarray(0, bytes);
      rest = rest.subarray(bytes);
      return taken;
    };
    if (preface > 0) {
      const taken = take(Math.min(preface, rest.length));
      preface -= taken.length;
      out.push(taken);
    }
    while (preface === 0 && rest.length >= FRAME_HEAD_BYTES) {
      const size = FRAME_HEAD_BYTES + rest.readUIntBE(0, 3);
      if (rest.length < size) break;
      const frame = take(size);
      out.push(frame[3] === HEADERS ? headersFrame(frame, payload) : frame);
    }
    return Buffer.concat(out);
  };
}

function headersFrame(original: Buffer, payload: Buffer): Buffer {
  const head = Buffer.from(original.subarray(0, FRAME_HEAD_BYTES));
  head.writeUIntBE(payload.length, 0, 3);
  head[4] = END_HEADERS | ((head[4] ?? 0) & END_STREAM);
  return Buffer.concat([head, payload]);
}
