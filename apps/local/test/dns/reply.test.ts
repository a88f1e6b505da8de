import { describe, expect, it } from 'vitest';
import { type Authority, replyTo } from '../../src/dns/reply.ts';
import { answered, dataOf, queryFor, rcodeOf, scopeOf } from '../support/dns-messages.ts';
import { topologyWith } from '../support/topologies.ts';
import { decidingFor } from '../support/zones.ts';

const topology = topologyWith({
  regions: { 'us-east-1': { proxies: 2 }, 'eu-west-1': {}, 'ap-southeast-2': {} },
});
const authority = decidingFor(topology).authority();
const NAME = 'fast.example.com.localhost';
const codeOf = (reply: Buffer | undefined): number | undefined => reply && reply.readUInt8(3) & 0x0f;
const udp = { transport: 'udp', address: '127.0.0.1' } as const;

describe('an answer', () => {
  it('repeats id and question, has authority, and names the name server', () => {
    const reply = answered(queryFor(NAME), authority);
    expect(reply).toMatchObject({ id: 4711, flag_aa: true, flag_rd: true, flag_ra: false });
    expect(reply.questions).toEqual([{ name: NAME, type: 'A', class: 'IN' }]);
    expect(reply.answers).toMatchObject([{ name: NAME, type: 'A', ttl: 60, data: '127.77.31.1' }]);
    expect(reply.authorities).toMatchObject([{ type: 'NS', name: 'example.com.localhost' }]);
  });

  it("keeps the client's spelling of the name", () => {
    const reply = answered(queryFor('FaSt.ExAmPlE.cOm.LoCaLhOsT'), authority);
    expect(reply.questions?.[0]?.name).toBe('FaSt.ExAmPlE.cOm.LoCaLhOsT');
    expect(reply.answers?.[0]?.name).toBe('FaSt.ExAmPlE.cOm.LoCaLhOsT');
  });

  it.each([
    ['198.18.1.0', 24, '127.77.31.1', 24],
    ['198.18.18.77', 32, '127.77.23.1', 24],
    ['198.18.48.0', 24, '127.77.10.1', 24],
    ['2001:db8:48::', 48, '127.77.10.1', 48],
    ['2001:db8:19::', 56, '127.77.23.1', 48],
  ])('to a client in %s/%i is %s, for all of a /%i', (ip, prefixLength, address, scope) => {
    const reply = answered(queryFor(NAME, { subnet: { ip, prefixLength } }), authority);
    expect(dataOf(reply)).toEqual([address]);
    expect(scopeOf(reply)).toBe(scope);
  });

  it('is for everybody where it does not depend on the client', () => {
    const subnet = { ip: '198.18.48.0', prefixLength: 24 };
    expect(scopeOf(answered(queryFor(`eu-west-1-${NAME}`, { subnet }), authority))).toBe(0);
  });

  it.each([
    ['0.0.0.0', 0, 0],
    ['10.1.2.0', 24, 24],
  ])('takes the default place where the subnet %s/%i says nothing', (ip, prefixLength, scope) => {
    const sydney = decidingFor(topology, { from: 'Sydney' }).authority();
    const reply = answered(queryFor(NAME, { subnet: { ip, prefixLength } }), sydney);
    expect(dataOf(reply)).toEqual(['127.77.10.1']);
    expect(scopeOf(reply)).toBe(scope);
  });

  it('leaves out what its health check excludes', () => {
    const first = decidingFor(topology, { ill: new Set(['proxy1-us-east-1-fast']) }).authority();
    expect(dataOf(answered(queryFor(NAME), first))).toEqual(['127.77.31.2']);
    const region = new Set(['proxy1-us-east-1-fast', 'proxy2-us-east-1-fast']);
    expect(dataOf(answered(queryFor(NAME), decidingFor(topology, { ill: region }).authority()))).toEqual([
      '127.77.23.1',
    ]);
  });

  it('shows every link of a chain of names', () => {
    const chained = topologyWith({ dns: { chain: 'cname' }, regions: { 'us-east-1': {} } });
    const reply = answered(queryFor(NAME), decidingFor(chained).authority());
    expect(dataOf(reply)).toEqual([`proxy-us-east-1-${NAME}`, `proxy1-us-east-1-${NAME}`, '127.77.31.1']);
    expect(dataOf(answered(queryFor(NAME, { type: 'CNAME' }), decidingFor(chained).authority()))).toEqual([
      `proxy-us-east-1-${NAME}`,
    ]);
  });

  it('leads to an API where there are no proxies', () => {
    const direct = decidingFor(topologyWith({ ingress: 'direct' })).authority();
    expect(dataOf(answered(queryFor(NAME), direct))).toEqual(['127.77.31.200']);
  });

  it.each([
    [`nobody.${NAME}`, 'A', 'NXDOMAIN'],
    ['nobody.example.com.localhost', 'AAAA', 'NXDOMAIN'],
    [NAME, 'AAAA', 'NOERROR'],
    [`us-east-1-${NAME}`, 'AAAA', 'NOERROR'],
    [NAME, 'TXT', 'NOERROR'],
    ['example.com.localhost', 'A', 'NOERROR'],
  ] as const)('to %s %s is %s, with the start of authority', (name, type, code) => {
    const reply = answered(queryFor(name, { type }), authority);
    expect(rcodeOf(reply)).toBe(code);
    expect(reply.answers).toEqual([]);
    expect(reply.authorities).toMatchObject([{ type: 'SOA', name: 'example.com.localhost', ttl: 900 }]);
  });

  it('tells the start of authority and the name server of the zone', () => {
    const soa = answered(queryFor('example.com.localhost', { type: 'SOA' }), authority);
    expect(soa.answers).toMatchObject([{ type: 'SOA', data: { mname: 'ns.isochrone.localhost' } }]);
    expect(dataOf(answered(queryFor('example.com.localhost', { type: 'NS' }), authority))).toEqual([
      'ns.isochrone.localhost',
    ]);
  });

  it.each([
    ['example.org', 'A'],
    ['badexample.com.localhost', 'A'],
    ['localhost', 'A'],
    [NAME, 'ANY'],
    ['example.com.localhost', 'AXFR'],
  ] as const)('to %s %s is a refusal', (name, type) => {
    const reply = answered(queryFor(name, { type }), authority);
    expect(rcodeOf(reply)).toBe('REFUSED');
    expect(reply).toMatchObject({ flag_aa: false, answers: [], authorities: [] });
  });

  it('to another class is a refusal', () => {
    const message = queryFor(NAME);
    message.writeUInt16BE(3, 12 + NAME.length + 2 + 2);
    expect(rcodeOf(answered(message, authority))).toBe('REFUSED');
  });

  it('over UDP is truncated where it does not fit, and whole over TCP', () => {
    const crowded: Authority = {
      origin: 'example.com.localhost',
      negativeTtl: 900,
      lookup: (name) => ({
        kind: 'answer',
        dependsOnClient: false,
        records: Array.from({ length: 60 }, (_, index) => ({
          type: 'A',
          name,
          ttl: 60,
          address: `127.77.1.${index}`,
        })),
      }),
    };
    expect(answered(queryFor(NAME, { payload: 512 }), crowded)).toMatchObject({ flag_tc: true, answers: [] });
    expect(answered(queryFor(NAME, { payload: 4096 }), crowded).answers).toHaveLength(60);
    expect(answered(queryFor(NAME, { payload: 512 }), crowded, 'tcp').answers).toHaveLength(60);
  });
});

describe('a message that is no good query', () => {
  const withByte = (offset: number, value: number, message = queryFor(NAME)): Buffer => {
    message[offset] = value;
    return message;
  };
  const subnetOf = (ip: string, prefixLength: number) => queryFor(NAME, { subnet: { ip, prefixLength } });
  const endOf = (message: Buffer, back: number) => message.length - back;

  it.each([
    ['is cut off', queryFor(NAME).subarray(0, 20)],
    ['has bytes behind its end', Buffer.concat([queryFor(NAME), Buffer.from([0])])],
    ['asks nothing', withByte(5, 0)],
    ['asks two things', withByte(5, 2)],
    ['brings an answer', withByte(7, 1)],
    ['points from its first name', withByte(12, 0xc0)],
    ['has a label of an unknown kind', withByte(12, 0x40)],
    ['has two OPT records', withByte(11, 2, Buffer.concat([queryFor(NAME), queryFor(NAME).subarray(-11)]))],
    [
      'has a subnet longer than its prefix',
      withByte(endOf(subnetOf('198.18.1.0', 24), 5), 16, subnetOf('198.18.1.0', 24)),
    ],
    [
      'has a subnet of an unknown family',
      withByte(endOf(subnetOf('198.18.1.0', 24), 6), 9, subnetOf('198.18.1.0', 24)),
    ],
    [
      'has a subnet with a scope',
      withByte(endOf(subnetOf('198.18.1.0', 24), 4), 24, subnetOf('198.18.1.0', 24)),
    ],
  ])('meets a format error when it %s', (_what, message) => {
    const reply = replyTo(message, authority, udp);
    expect(codeOf(reply)).toBe(1);
    expect(reply).toHaveLength(12);
  });

  it('meets BADVERS when it speaks another EDNS', () => {
    const message = queryFor(NAME);
    message[message.length - 5] = 1;
    const reply = answered(message, authority);
    expect(reply.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1 }]);
    expect(reply.answers).toEqual([]);
  });

  it('is not implemented with another opcode', () => {
    expect(codeOf(replyTo(withByte(2, 4 << 3), authority, udp))).toBe(4);
  });

  it('meets silence when it is a response, or less than a header', () => {
    expect(replyTo(withByte(2, 0x80), authority, udp)).toBeUndefined();
    expect(replyTo(Buffer.alloc(11), authority, udp)).toBeUndefined();
  });

  it('finds no name that only looks like one of ours', () => {
    const dotted = queryFor(`fast-example.com.localhost`);
    dotted[12 + 1 + 4] = '.'.charCodeAt(0);
    expect(rcodeOf(answered(dotted, authority))).toBe('REFUSED');
  });
});
