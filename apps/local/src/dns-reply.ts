import dnsPacket, { type DecodedPacket, type Packet, type Question, type StringAnswer } from 'dns-packet';
import type { Zone, ZoneAnswer } from './zone.ts';

const RESPONSE_CODES = { noError: 0, formatError: 1, noSuchName: 3, notImplemented: 4, refused: 5 } as const;
const QUERY = 0;
const RECURSION_DESIRED = 1 << 8;
const OPCODE_AND_ID_BYTES = 4;
const PLAIN_UDP_BYTES = 512;
/** What Route 53 puts into the SOA record of a hosted zone. */
const SOA_TIMERS = { serial: 1, refresh: 7200, retry: 900, expire: 1_209_600, minimum: 86_400 } as const;
const SOA_TTL_SECONDS = 900;

/**
 * Answers one DNS message (RFC 1035) from the zone. Undefined where no answer can be addressed: a response, or
 * less than a header.
 *
 * @param transport over UDP an answer that does not fit is truncated (RFC 2181, section 9)
 */
export function replyTo(message: Buffer, zone: Zone, transport: 'udp' | 'tcp'): Buffer | undefined {
  if (message.length < 12 || (message.readUInt8(2) & 0x80) !== 0) return undefined;
  const opcode = (message.readUInt8(2) >> 3) & 0x0f;
  if (opcode !== QUERY) return bare(message, RESPONSE_CODES.notImplemented);
  const query = decode(message);
  if (query === undefined) return bare(message, RESPONSE_CODES.formatError);
  const [question, ...more] = query.questions ?? [];
  if (question === undefined || more.length > 0) return bare(message, RESPONSE_CODES.formatError);
  const reply = dnsPacket.encode(answerTo(query, question, zone));
  return transport === 'udp' && reply.length > udpLimit(query) ? truncated(query, question) : reply;
}

function decode(message: Buffer): DecodedPacket | undefined {
  try {
    return dnsPacket.decode(message);
  } catch {
    return undefined;
  }
}

function answerTo(query: DecodedPacket, question: Question, zone: Zone): Packet {
  const result: ZoneAnswer | undefined =
    (question.class ?? 'IN') === 'IN' && String(question.type) !== 'ANY'
      ? zone.lookup(question.name.toLowerCase(), question.type)
      : undefined;
  if (result === undefined || result.kind === 'not-ours')
    return packet(query, question, RESPONSE_CODES.refused);
  if (result.kind === 'answer') {
    const answers = result.answers.map((answer): StringAnswer => ({ ...answer, class: 'IN' }));
    // The client's spelling of its own name comes back, as a check against forged answers (0x20).
    const spelled = answers.map((answer) =>
      answer.name === question.name.toLowerCase() ? { ...answer, name: question.name } : answer,
    );
    return { ...packet(query, question, RESPONSE_CODES.noError), answers: spelled };
  }
  const code = result.kind === 'no-such-name' ? RESPONSE_CODES.noSuchName : RESPONSE_CODES.noError;
  return { ...packet(query, question, code), authorities: [startOfAuthority(zone)] };
}

function packet(query: DecodedPacket, question: Question, responseCode: number): Packet {
  const authoritative = responseCode === RESPONSE_CODES.refused ? 0 : dnsPacket.AUTHORITATIVE_ANSWER;
  return {
    id: query.id ?? 0,
    type: 'response',
    flags: authoritative | ((query.flags ?? 0) & RECURSION_DESIRED) | responseCode,
    questions: [question],
    additionals: ednsOf(query),
  };
}

const startOfAuthority = ({ origin }: Zone) => ({
  type: 'SOA' as const,
  name: origin,
  ttl: SOA_TTL_SECONDS,
  data: { mname: `ns.${origin}`, rname: `hostmaster.${origin}`, ...SOA_TIMERS },
});

type OptRecord = Extract<NonNullable<Packet['additionals']>[number], { type: 'OPT' }>;

const clientOpt = (query: DecodedPacket): OptRecord | undefined =>
  query.additionals?.find((record): record is OptRecord => record.type === 'OPT');

/** A client that speaks EDNS is answered in EDNS (RFC 6891, section 6.1.1). */
function ednsOf(query: DecodedPacket): NonNullable<Packet['additionals']> {
  if (!clientOpt(query)) return [];
  return [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ];
}

const udpLimit = (query: DecodedPacket): number =>
  Math.max(PLAIN_UDP_BYTES, Math.min(clientOpt(query)?.udpPayloadSize ?? PLAIN_UDP_BYTES, 4096));

function truncated(query: DecodedPacket, question: Question): Buffer {
  const whole = packet(query, question, RESPONSE_CODES.noError);
  return dnsPacket.encode({ ...whole, flags: (whole.flags ?? 0) | dnsPacket.TRUNCATED_RESPONSE });
}

/** A header alone: the question is not understood, so it is not repeated. */
function bare(message: Buffer, responseCode: number): Buffer {
  const reply = Buffer.alloc(12);
  message.copy(reply, 0, 0, OPCODE_AND_ID_BYTES);
  reply.writeUInt8((message.readUInt8(2) & 0x79) | 0x80, 2);
  reply.writeUInt8(responseCode, 3);
  return reply;
}
