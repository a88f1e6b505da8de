import { type ClientSubnet, readClientSubnet } from './client-subnet.ts';
import { types } from './constants.ts';
import { Malformed, readName } from './names.ts';

/** One question, as far as a message with nothing wrong in it asks one. */
export interface DnsQuery {
  /** Lower case, without the trailing dot; a byte that is no letter, digit, hyphen or underscore as \DDD. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** Where the question ends in the message. */
  readonly questionEnd: number;
  readonly edns: Edns | undefined;
}

export interface Edns {
  readonly version: number;
  readonly udpPayloadSize: number;
  readonly clientSubnet: ClientSubnet | undefined;
}

export const HEADER_BYTES = 12;

/**
 * Reads a query strictly (RFC 1035, section 4; RFC 6891): one question, nothing else but additional records, and
 * nothing behind them.
 *
 * @throws Malformed, or RangeError where the message ends too early
 */
export function readQuery(message: Buffer): DnsQuery {
  const counts = [4, 6, 8].map((offset) => message.readUInt16BE(offset));
  if (counts.join(' ') !== '1 0 0') throw new Malformed('not exactly one question');
  const { name, end } = readName(message, HEADER_BYTES);
  const questionEnd = end + 4;
  const question = {
    name,
    type: message.readUInt16BE(end),
    class: message.readUInt16BE(end + 2),
    questionEnd,
  };
  let edns: Edns | undefined;
  let offset = questionEnd;
  for (let left = message.readUInt16BE(10); left > 0; left -= 1) {
    const start = offset;
    const { end: fixed } = readName(message, start);
    const type = message.readUInt16BE(fixed);
    const data = fixed + 10;
    offset = data + message.readUInt16BE(fixed + 8);
    if (offset > message.length) throw new Malformed('a record that is cut off');
    if (type !== types.OPT) continue;
    if (edns !== undefined || fixed !== start + 1)
      throw new Malformed('an OPT record too many, or with a name');
    edns = {
      version: message.readUInt8(fixed + 5),
      udpPayloadSize: message.readUInt16BE(fixed + 2),
      clientSubnet: readClientSubnet(message.subarray(data, offset)),
    };
  }
  if (offset !== message.length) throw new Malformed('bytes behind the last record');
  return { ...question, edns };
}
