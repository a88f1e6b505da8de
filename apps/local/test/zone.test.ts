import { describe, expect, it } from 'vitest';
import { openAddressBook } from '../src/address-book.ts';
import { zoneOf } from '../src/zone.ts';
import { topologyWith } from './support/topologies.ts';

const book = await openAddressBook('127.77', 8443, { singleAddress: false });
const zone = zoneOf(topologyWith(), book);
const publicName = 'fast.example.com.localhost';

describe('zoneOf', () => {
  it("answers the public name with the first region's proxies, through the alias", () => {
    expect(zone.lookup(publicName, 'A')).toEqual({
      kind: 'answer',
      answers: [
        { type: 'A', name: publicName, ttl: 60, data: '127.77.31.1' },
        { type: 'A', name: publicName, ttl: 60, data: '127.77.31.2' },
      ],
    });
  });

  it('answers one instance by its own name', () => {
    expect(zone.lookup('proxy1-eu-west-1-fast.example.com.localhost', 'A')).toEqual({
      kind: 'answer',
      answers: [
        { type: 'A', name: 'proxy1-eu-west-1-fast.example.com.localhost', ttl: 60, data: '127.77.23.1' },
      ],
    });
  });

  it.each(['us-east-1-fast', 'staging-us-east-1-fast'])('answers the API name %s', (label) => {
    expect(zone.lookup(`${label}.example.com.localhost`, 'A')).toEqual({
      kind: 'answer',
      answers: [{ type: 'A', name: `${label}.example.com.localhost`, ttl: 60, data: '127.77.31.200' }],
    });
  });

  it('follows a chain of names and shows every link', () => {
    const chained = zoneOf(topologyWith({ dns: { chain: 'cname' }, regions: { 'us-east-1': {} } }), book);
    expect(chained.lookup(publicName, 'A')).toEqual({
      kind: 'answer',
      answers: [
        { type: 'CNAME', name: publicName, ttl: 60, data: 'proxy-us-east-1-fast.example.com.localhost' },
        {
          type: 'CNAME',
          name: 'proxy-us-east-1-fast.example.com.localhost',
          ttl: 60,
          data: 'proxy1-us-east-1-fast.example.com.localhost',
        },
        { type: 'A', name: 'proxy1-us-east-1-fast.example.com.localhost', ttl: 60, data: '127.77.31.1' },
      ],
    });
  });

  it('leads the public name to an API in direct mode', () => {
    const direct = zoneOf(topologyWith({ ingress: 'direct' }), book);
    expect(direct.lookup(publicName, 'A')).toEqual({
      kind: 'answer',
      answers: [{ type: 'A', name: publicName, ttl: 60, data: '127.77.31.200' }],
    });
  });

  it('tells a name without that type from a name that does not exist', () => {
    expect(zone.lookup(publicName, 'AAAA')).toEqual({ kind: 'no-data' });
    expect(zone.lookup('nobody.example.com.localhost', 'A')).toEqual({ kind: 'no-such-name' });
  });

  it('disowns names outside the zone', () => {
    expect(zone.lookup('example.org', 'A')).toEqual({ kind: 'not-ours' });
    expect(zone.lookup('badexample.com.localhost', 'A')).toEqual({ kind: 'not-ours' });
  });
});
