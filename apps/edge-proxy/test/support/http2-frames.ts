/** HTTP/2 by the byte (RFC 9113): for what no client would send. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const FRAME = { headers: 1, reset: 3, settings: 4, goaway: 7 } as const;

const END_STREAM_AND_HEADERS = 0x5;

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const settings = (): Buffer => frame(FRAME.settings, 0, 0, Buffer.alloc(0));

/** A whole request without a body; names and values under 127 bytes, each as a literal (RFC 7541, section 6.2.2). */
export function requestFrame(stream: number, fields: readonly (readonly [string, string])[]): Buffer {
  const literals = fields.map(([name, value]) =>
    Buffer.concat([
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]),
  );
  return frame(FRAME.headers, END_STREAM_AND_HEADERS, stream, Buffer.concat(literals));
}

export function resetFrame(stream: number, code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return frame(FRAME.reset, 0, stream, payload);
}

/** The error code of the first GOAWAY among these frames, if there is one. */
export function goawayCode(received: Buffer): number | undefined {
  for (let offset = 0; offset + 9 <= received.length; ) {
    const length = received.readUIntBE(offset, 3);
    if (received[offset + 3] === FRAME.goaway) return received.readUInt32BE(offset + 13);
    offset += 9 + length;
  }
  return undefined;
}
