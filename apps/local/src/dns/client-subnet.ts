import { Malformed } from './names.ts';

/** EDNS Client Subnet (RFC 7871): the network that a resolver asks for. */
export interface ClientSubnet {
  readonly family: 'IPv4' | 'IPv6';
  readonly sourcePrefixLength: number;
  /** The address, with zeros behind the prefix. */
  readonly address: string;
  /** The prefix's bytes as sent, to be sent back. */
  readonly prefix: Buffer;
}

const OPTION_CODE = 8;
const FIXED_BYTES = 4;
const families = { 1: { family: 'IPv4', bytes: 4 }, 2: { family: 'IPv6', bytes: 16 } } as const;

/**
 * The subnet among the options of an OPT record; undefined where there is none.
 *
 * @throws Malformed, RangeError: section 7.2.1 wants FORMERR for any option that is not well-formed
 */
export function readClientSubnet(options: Buffer): ClientSubnet | undefined {
  let found: ClientSubnet | undefined;
  let offset = 0;
  while (offset < options.length) {
    const code = options.readUInt16BE(offset);
    const start = offset + 4;
    offset = start + options.readUInt16BE(offset + 2);
    if (offset > options.length) throw new Malformed('an option that is cut off');
    if (code !== OPTION_CODE) continue;
    if (found) throw new Malformed('two client subnets');
    found = readSubnet(options.subarray(start, offset));
  }
  return found;
}

function readSubnet(option: Buffer): ClientSubnet {
  const number = option.readUInt16BE(0);
  if (number !== 1 && number !== 2) throw new Malformed('a client subnet of an unknown family');
  const { family, bytes } = families[number];
  const sourcePrefixLength = option.readUInt8(2);
  const prefix = option.subarray(FIXED_BYTES);
  const isWellFormed =
    option.readUInt8(3) === 0 &&
    sourcePrefixLength <= bytes * 8 &&
    prefix.length === Math.ceil(sourcePrefixLength / 8) &&
    spareBits(prefix, sourcePrefixLength) === 0;
  if (!isWellFormed) throw new Malformed('a client subnet whose lengths contradict its address');
  const address = Buffer.alloc(bytes);
  prefix.copy(address);
  return { family, sourcePrefixLength, address: addressText(address), prefix: Buffer.from(prefix) };
}

const spareBits = (prefix: Buffer, length: number): number =>
  length % 8 === 0 ? 0 : (prefix.at(-1) ?? 0) & (0xff >> (length % 8));

function addressText(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  return Array.from({ length: 8 }, (_, index) => address.readUInt16BE(index * 2).toString(16)).join(':');
}

/** The option of an answer that is good for every client within the scope. */
export function clientSubnetOption(subnet: ClientSubnet, scope: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(OPTION_CODE, 0);
  head.writeUInt16BE(FIXED_BYTES + subnet.prefix.length, 2);
  head.writeUInt16BE(subnet.family === 'IPv4' ? 1 : 2, 4);
  head.writeUInt8(subnet.sourcePrefixLength, 6);
  head.writeUInt8(scope, 7);
  return Buffer.concat([head, subnet.prefix]);
}
