import dnsPacket, { type DecodedPacket, type PacketOpt, type RecordType } from 'dns-packet';
import { type Authority, replyTo } from '../../src/dns/reply.ts';

export interface Asking {
  readonly type?: RecordType | 'ANY';
  readonly subnet?: { readonly ip: string; readonly prefixLength: number };
  /** Speaks EDNS with this payload size. */
  readonly payload?: number;
}

/** A query as resolvers send it. */
export function queryFor(name: string, { type = 'A', subnet, payload = 1232 }: Asking = {}): Buffer {
  const options: PacketOpt[] = subnet
    ? [{ code: 8, ip: subnet.ip, sourcePrefixLength: subnet.prefixLength, scopePrefixLength: 0 }]
    : [];
  return dnsPacket.encode({
    id: 4711,
    type: 'query',
    flags: dnsPacket.RECURSION_DESIRED,
    // The types of dns-packet leave ANY out, which its code knows.
    questions: [Object.assign({ name, type: 'A' as const }, { type })],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: payload,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options,
      },
    ],
  });
}

export function answered(
  message: Buffer,
  authority: Authority,
  transport: 'udp' | 'tcp' = 'udp',
): DecodedPacket {
  const reply = replyTo(message, authority, { transport, address: '127.0.0.1' });
  if (!reply) throw new Error('no reply');
  return dnsPacket.decode(reply);
}

export const rcodeOf = (reply: DecodedPacket): unknown => Reflect.get(reply, 'rcode');

/** Addresses and names of the answer section. */
export const dataOf = ({ answers = [] }: DecodedPacket): readonly string[] =>
  answers.map((answer) => ('data' in answer && typeof answer.data === 'string' ? answer.data : ''));

export function scopeOf({ additionals = [] }: DecodedPacket): number | undefined {
  for (const record of additionals) {
    if (record.type !== 'OPT') continue;
    for (const option of record.options) if ('scopePrefixLength' in option) return option.scopePrefixLength;
  }
  return undefined;
}
