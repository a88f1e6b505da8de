/** What the first bytes of a TLS connection say about the name that the client asks for. */
export type ServerNameIndication =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'client-hello'; readonly serverName: string | undefined };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const RECORD_HEADER = 5;

/** Reads the server name out of a ClientHello (RFC 8446, section 4.1.2; RFC 6066, section 3). */
export function readServerName(bytes: Buffer): ServerNameIndication {
  const message = handshakeMessage(bytes);
  if (message === 'incomplete' || message === 'not-tls') return { kind: message };
  try {
    return { kind: 'client-hello', serverName: serverNameOf(message) };
  } catch (error) {
    // Reading past the end: the lengths inside contradict each other.
    if (error instanceof RangeError) return { kind: 'not-tls' };
    throw error;
  }
}

/** The handshake message, which a client may spread over several records. */
function handshakeMessage(bytes: Buffer): Buffer | 'incomplete' | 'not-tls' {
  const fragments: Buffer[] = [];
  let offset = 0;
  while (bytes.length >= offset + RECORD_HEADER) {
    if (bytes[offset] !== HANDSHAKE) return 'not-tls';
    const length = bytes.readUInt16BE(offset + 3);
    const end = offset + RECORD_HEADER + length;
    fragments.push(bytes.subarray(offset + RECORD_HEADER, Math.min(end, bytes.length)));
    const message = Buffer.concat(fragments);
    if (message.length > 0 && message[0] !== CLIENT_HELLO) return 'not-tls';
    if (message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)) return message;
    if (bytes.length < end) return 'incomplete';
    offset = end;
  }
  return bytes.length > offset && bytes[offset] !== HANDSHAKE ? 'not-tls' : 'incomplete';
}

function serverNameOf(message: Buffer): string | undefined {
  let offset = 4 + 2 + 32;
  offset += 1 + message.readUInt8(offset);
  offset += 2 + message.readUInt16BE(offset);
  offset += 1 + message.readUInt8(offset);
  if (offset >= message.length) return undefined;
  const end = offset + 2 + message.readUInt16BE(offset);
  offset += 2;
  while (offset < end) {
    const type = message.readUInt16BE(offset);
    const length = message.readUInt16BE(offset + 2);
    if (type === SERVER_NAME) return firstHostName(message.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return undefined;
}

function firstHostName(list: Buffer): string | undefined {
  if (list.length === 0 || list.readUInt8(2) !== HOST_NAME) return undefined;
  const length = list.readUInt16BE(3);
  const name = list.subarray(5, 5 + length);
  if (name.length < length) throw new RangeError('the server name is cut off');
  return name.toString('latin1').toLowerCase();
}
