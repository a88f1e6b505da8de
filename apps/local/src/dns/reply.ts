import { clientSubnetOption } from './client-subnet.ts';
import { CLASS_IN, responseCodes, types } from './constants.ts';
import { Malformed } from './names.ts';
import { type DnsQuery, HEADER_BYTES, readQuery } from './query.ts';
import { encodeRecord, NAME_SERVER, type ResourceRecord } from './records.ts';

/** What the zone says of a name and a type. */
export interface ZoneAnswer {
  /** Of the last name of the chain. `not-ours`: outside the zone. */
  readonly kind: 'answer' | 'no-data' | 'no-such-name' | 'not-ours';
  readonly records: readonly ResourceRecord[];
  /** Whether another client might get another answer. */
  readonly dependsOnClient: boolean;
}

/** What answers are made of. */
export interface Authority {
  /** The zone's domain. */
  readonly origin: string;
  /** @param client addresses to go by for where the client is, the best one first */
  readonly lookup: (
    name: string,
    type: 'A' | 'AAAA' | 'CNAME' | 'other',
    client: readonly string[],
  ) => ZoneAnswer;
  /** Seconds that resolvers may remember that a name or type does not exist. */
  readonly negativeTtl: number;
}

export interface Peer {
  readonly transport: 'udp' | 'tcp';
  /** Of the resolver. */
  readonly address: string;
}

const QUERY = 0;
const PLAIN_UDP_BYTES = 512;
const MAX_UDP_BYTES = 4096;
/** Two days, as Route 53's. */
const NS_TTL_SECONDS = 172_800;
/** RFC 7871 leaves the scope to the server: the sizes that networks are announced in. */
const SCOPE = { IPv4: 24, IPv6: 48 } as const;

/**
 * Answers one DNS message (RFC 1035). Undefined where no answer can be addressed: a response, or less than a header.
 * Over UDP an answer that does not fit is truncated (RFC 2181, section 9).
 */
export function replyTo(message: Buffer, authority: Authority, peer: Peer): Buffer | undefined {
  if (message.length < HEADER_BYTES || (message.readUInt8(2) & 0x80) !== 0) return undefined;
  const opcode = (message.readUInt8(2) >> 3) & 0x0f;
  if (opcode !== QUERY) return bare(message, responseCodes.notImplemented);
  const query = read(message);
  if (query === undefined) return bare(message, responseCodes.formatError);
  const reply = encode(message, query, answerTo(query, authority, peer));
  if (peer.transport === 'tcp' || reply.length <= udpLimit(query)) return reply;
  return encode(message, query, {
    ...SILENCE,
    code: responseCodes.noError,
    authoritative: true,
    truncated: true,
  });
}

function read(message: Buffer): DnsQuery | undefined {
  try {
    return readQuery(message);
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Reply {
  readonly code: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly scope: number;
}

const SILENCE = { truncated: false, answers: [], authorities: [], scope: 0 } as const;
const REFUSED: Reply = { ...SILENCE, code: responseCodes.refused, authoritative: false };

function answerTo(query: DnsQuery, authority: Authority, { address }: Peer): Reply {
  const { name, type, edns } = query;
  const { origin, negativeTtl } = authority;
  if (edns !== undefined && edns.version !== 0)
    return { ...SILENCE, code: responseCodes.badVersion, authoritative: false };
  const isTransfer = type === types.AXFR || type === types.IXFR;
  if (query.class !== CLASS_IN || type === types.ANY || isTransfer) return REFUSED;
  const nameServer: ResourceRecord = { type: 'NS', name: origin, ttl: NS_TTL_SECONDS, target: NAME_SERVER };
  const startOfAuthority: ResourceRecord = { type: 'SOA', name: origin, ttl: negativeTtl };
  const authoritative = { ...SILENCE, code: responseCodes.noError, authoritative: true };
  if (name === origin) {
    if (type === types.NS) return { ...authoritative, answers: [nameServer] };
    if (type === types.SOA)
      return { ...authoritative, answers: [startOfAuthority], authorities: [nameServer] };
  }
  const subnet = edns?.clientSubnet;
  const isTold = subnet !== undefined && subnet.sourcePrefixLength > 0;
  const found = authority.lookup(name, typeName(type), isTold ? [subnet.address, address] : [address]);
  if (found.kind === 'not-ours') return REFUSED;
  return {
    ...authoritative,
    code: found.kind === 'no-such-name' ? responseCodes.noSuchName : responseCodes.noError,
    answers: found.records,
    authorities: [found.kind === 'answer' ? nameServer : startOfAuthority],
    scope: isTold && found.dependsOnClient ? SCOPE[subnet.family] : 0,
  };
}

function typeName(type: number): 'A' | 'AAAA' | 'CNAME' | 'other' {
  switch (type) {
    case types.A:
      return 'A';
    case types.AAAA:
      return 'AAAA';
    case types.CNAME:
      return 'CNAME';
    default:
      return 'other';
  }
}

function encode(message: Buffer, query: DnsQuery, reply: Reply): Buffer {
  const head = header(message, reply.code);
  const flags = (reply.authoritative ? 0x04 : 0) | (reply.truncated ? 0x02 : 0);
  head.writeUInt8(head.readUInt8(2) | flags, 2);
  const additionals = query.edns ? [optRecord(query, reply)] : [];
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(reply.answers.length, 6);
  head.writeUInt16BE(reply.authorities.length, 8);
  head.writeUInt16BE(additionals.length, 10);
  return Buffer.concat([
    head,
    message.subarray(HEADER_BYTES, query.questionEnd),
    ...reply.answers.map((record) => encodeRecord(record, query.name)),
    ...reply.authorities.map((record) => encodeRecord(record, query.name)),
    ...additionals,
  ]);
}

/** A client that speaks EDNS is answered in EDNS (RFC 6891, section 6.1.1), and told for whom the answer holds. */
function optRecord({ edns }: DnsQuery, { code, scope }: Reply): Buffer {
  const subnet = edns?.clientSubnet;
  const options = subnet ? clientSubnetOption(subnet, scope) : Buffer.alloc(0);
  const fixed = Buffer.alloc(11);
  fixed.writeUInt16BE(types.OPT, 1);
  fixed.writeUInt16BE(MAX_UDP_BYTES, 3);
  fixed.writeUInt8(code >> 4, 5);
  fixed.writeUInt16BE(options.length, 9);
  return Buffer.concat([fixed, options]);
}

const udpLimit = ({ edns }: DnsQuery): number =>
  Math.max(PLAIN_UDP_BYTES, Math.min(edns?.udpPayloadSize ?? PLAIN_UDP_BYTES, MAX_UDP_BYTES));

/** A header alone: the question is not understood, so it is not repeated. */
const bare = (message: Buffer, code: number): Buffer => header(message, code);

/** Id, opcode and RD are the query's; the counts are 0. */
function header(message: Buffer, code: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  message.copy(head, 0, 0, 2);
  head.writeUInt8((message.readUInt8(2) & 0x79) | 0x80, 2);
  head.writeUInt8(code & 0x0f, 3);
  return head;
}
