/** One header or trailer field, as it stood on the wire. */
export type Field = readonly [name: string, value: string];

/** An HTTP/1.1 message read from bytes; text is latin1, one character for each byte. */
export interface Message {
  readonly startLine: string;
  readonly fields: readonly Field[];
  /** The body with its framing taken off. */
  readonly body: Buffer;
  /** The body's bytes as they came, chunk sizes and all. */
  readonly rawBody: Buffer;
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  readonly trailers: readonly Field[];
  /** Whether the whole message is there; a body that the connection's end delimits never is. */
  readonly complete: boolean;
  /** Where the next message begins. */
  readonly end: number;
}

/** Thrown where bytes are not a message in the one form that RFC 9112 tells senders to send. */
export class MalformedMessage extends Error {}

const HEAD_END = '\r\n\r\n';
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Values of every field of that name, in order. */
export const valuesOf = (fields: readonly Field[], name: string): readonly string[] =>
  fields.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);

/**
 * Reads the message that begins at `start`; null while its head is incomplete. It accepts nothing but the strict form:
 * what a lenient reader would take, an upstream might take for something else.
 *
 * @param bodyless tells that a response has no body whatever its fields say (to HEAD; 204 and 304 are known).
 * @throws MalformedMessage
 */
export function readMessage(
  bytes: Buffer,
  start: number,
  kind: 'request' | 'response',
  bodyless = false,
): Message | null {
  const headEnd = bytes.indexOf(HEAD_END, start, 'latin1');
  if (headEnd === -1) return null;
  const [startLine = '', ...lines] = bytes.toString('latin1', start, headEnd).split('\r\n');
  checkStartLine(startLine, kind);
  const fields = lines.map(readField);
  const bodyStart = headEnd + HEAD_END.length;
  return { startLine, fields, ...readBody(bytes, bodyStart, { startLine, fields, kind, bodyless }) };
}

function checkStartLine(line: string, kind: 'request' | 'response'): void {
  const form =
    kind === 'request'
      ? /^[A-Z]+ [\x21-\x7e]+ HTTP\/1\.[01]$/
      : /^HTTP\/1\.[01] \d{3} [\t\x20-\x7e\x80-\xff]*$/;
  if (!form.test(line)) throw new MalformedMessage(`start line ${JSON.stringify(line)}`);
}

function readField(line: string): Field {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
  // RFC 9110, section 5.5: those three are dangerous, and other control characters are merely ugly.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what must not be there.
  if (colon < 1 || !TOKEN.test(name) || /[\x00\r\n]/.test(value)) {
    throw new MalformedMessage(`field line ${JSON.stringify(line)}`);
  }
  return [name, value];
}

type Body = Pick<Message, 'body' | 'rawBody' | 'framing' | 'trailers' | 'complete' | 'end'>;

function readBody(
  bytes: Buffer,
  start: number,
  {
    startLine,
    fields,
    kind,
    bodyless,
  }: Pick<Message, 'startLine' | 'fields'> & { readonly kind: string; readonly bodyless: boolean },
): Body {
  const none = Buffer.alloc(0);
  const nothing: Body = {
    body: none,
    rawBody: none,
    framing: 'none',
    trailers: [],
    complete: true,
    end: start,
  };
  const status = kind === 'response' ? Number(startLine.split(' ')[1]) : 0;
  if (bodyless || status === 204 || status === 304 || (status >= 100 && status < 200)) return nothing;

  const codings = valuesOf(fields, 'transfer-encoding');
  const lengths = valuesOf(fields, 'content-length');
  if (codings.length > 0) {
    // RFC 9112, section 6.3: the two together are how requests are smuggled.
    if (lengths.length > 0) throw new MalformedMessage('both Content-Length and Transfer-Encoding');
    if (codings.join(',').toLowerCase() !== 'chunked')
      throw new MalformedMessage(`Transfer-Encoding ${codings.join(',')}`);
    return readChunks(bytes, start);
  }
  const [length] = lengths;
  if (length !== undefined) {
    if (lengths.length > 1 || !/^\d+$/.test(length))
      throw new MalformedMessage(`Content-Length ${lengths.join(',')}`);
    const end = Math.min(start + Number(length), bytes.length);
    const body = bytes.subarray(start, end);
    return {
      ...nothing,
      body,
      rawBody: body,
      framing: 'length',
      complete: end === start + Number(length),
      end,
    };
  }
  if (kind === 'request') return nothing;
  const body = bytes.subarray(start);
  return { ...nothing, body, rawBody: body, framing: 'close', complete: false, end: bytes.length };
}

function readChunks(bytes: Buffer, start: number): Body {
  const chunks: Buffer[] = [];
  let at = start;
  const result = (complete: boolean, end: number, trailers: readonly Field[]): Body => ({
    body: Buffer.concat(chunks),
    rawBody: bytes.subarray(start, end),
    framing: 'chunked',
    trailers,
    complete,
    end,
  });
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd === -1) return result(false, bytes.length, []);
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9a-fA-F]+$/.test(line)) throw new MalformedMessage(`chunk size ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    at = lineEnd + 2;
    if (size === 0) return readTrailers(bytes, at, result);
    if (bytes.length < at + size + 2) {
      chunks.push(bytes.subarray(at, at + size));
      return result(false, bytes.length, []);
    }
    chunks.push(bytes.subarray(at, at + size));
    at += size;
    if (bytes.toString('latin1', at, at + 2) !== '\r\n')
      throw new MalformedMessage('a chunk without its end');
    at += 2;
  }
}

function readTrailers(
  bytes: Buffer,
  start: number,
  result: (complete: boolean, end: number, trailers: readonly Field[]) => Body,
): Body {
  const trailers: Field[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at, 'latin1');
    if (lineEnd === -1) return result(false, bytes.length, trailers);
    if (lineEnd === at) return result(true, at + 2, trailers);
    trailers.push(readField(bytes.toString('latin1', at, lineEnd)));
    at = lineEnd + 2;
  }
}
