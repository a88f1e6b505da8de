import { describe, expect, it } from 'vitest';
import { evaluate } from '../src/index.ts';
import { alias, ask, cname, dataOf, host, latency, newYork, weighted, zoneOf } from './support/zone-of.ts';

const kindOf = (...args: Parameters<typeof ask>) => ask(...args).kind;

describe('a name', () => {
  const zone = zoneOf([host('a.b.c', 1), host('six', 2, { type: 'AAAA' })]);

  it.each([
    { name: 'a.b.c', type: 'A', kind: 'answer', rule: 'with a record of the type' },
    { name: 'a.b.c', type: 'AAAA', kind: 'no-data', rule: 'with records of another type alone' },
    { name: 'a.b.c', type: 'TXT', kind: 'no-data', rule: 'asked for a type that the zone has nowhere' },
    { name: 'b.c', type: 'A', kind: 'no-data', rule: 'that exists only because a longer one does' },
    { name: 'x.c', type: 'A', kind: 'no-such-name', rule: 'beside one that exists' },
    { name: 'x.a.b.c', type: 'A', kind: 'no-such-name', rule: 'under one that exists' },
    { name: '@', type: 'A', kind: 'no-data', rule: 'of the zone itself' },
  ])('$rule: $kind', ({ name, type, kind }) => {
    expect(kindOf(zone, name, { type })).toBe(kind);
  });

  it.each(['example.net', 'com', '', 'badexample.com', 'example.com.org'])('%s is not ours', (name) => {
    const health = () => true;
    const decision = evaluate(zone, { name, type: 'A' }, { client: newYork, health, random: () => 0 });
    expect(decision).toMatchObject({ kind: 'not-ours', answers: [], reasons: [{ why: 'outside-the-zone' }] });
  });

  it.each(['A.B.C.EXAMPLE.COM', 'a.b.C.example.com.'])('is found as %s, too', (name) => {
    const health = () => true;
    const decision = evaluate(zone, { name, type: 'a' }, { client: newYork, health, random: () => 0 });
    expect(decision.answers).toMatchObject([{ name: 'a.b.c.example.com', type: 'A' }]);
  });
});

describe('a wildcard', () => {
  const zone = zoneOf([host('*', 1), host('www', 2), host('a.deep', 3)]);

  it('answers under the name that was asked, and tells its own', () => {
    const decision = ask(zone, 'anything.at.all');
    expect(decision).toMatchObject({
      kind: 'answer',
      answers: [{ name: 'anything.at.all.example.com' }],
      reasons: [{ asked: 'anything.at.all.example.com', name: '*.example.com' }],
    });
  });

  it('does not answer for names that exist, or below them', () => {
    expect(dataOf(ask(zone, 'www'))).toEqual(['192.0.2.2']);
    expect(kindOf(zone, 'deep')).toBe('no-data');
    expect(kindOf(zone, 'b.deep')).toBe('no-such-name');
  });
});

describe('an alias', () => {
  it("answers under its own name with its target's TTL", () => {
    const zone = zoneOf([alias('www', 'one'), alias('one', 'two'), host('two', 7, { ttl: 17 })]);
    expect(ask(zone, 'www').answers).toEqual([
      { name: 'www.example.com', type: 'A', ttl: 17, data: { kind: 'address', address: '192.0.2.7' } },
    ]);
  });

  it('of type CNAME gives what its target gives, under its own name', () => {
    const zone = zoneOf([
      alias('www', 'group', { type: 'CNAME' }),
      cname('group', 'host.example.com', { ttl: 30, ...weighted('a', 1) }),
      host('host', 4),
    ]);
    expect(ask(zone, 'www').answers).toMatchObject([
      { name: 'www.example.com', type: 'CNAME', ttl: 30, data: { kind: 'cname', name: 'host.example.com' } },
      { name: 'host.example.com', type: 'A' },
    ]);
  });

  it('leads to records of its own type alone', () => {
    const zone = zoneOf([alias('www', 'other'), cname('other', 'host.example.com'), host('host', 4)]);
    expect(ask(zone, 'www')).toMatchObject({ kind: 'no-data', answers: [] });
  });

  it('to an API answers with the API, for 60 seconds', () => {
    const target = {
      kind: 'alias-api',
      region: 'us-east-1',
      customDomain: 'api.example.com',
      evaluateTargetHealth: false,
    } as const;
    expect(ask(zoneOf([host('api', 0, { target })]), 'api').answers).toMatchObject([
      { ttl: 60, data: { kind: 'api', region: 'us-east-1', customDomain: 'api.example.com' } },
    ]);
  });

  it('in a circle ends without an answer, and says so', () => {
    const zone = zoneOf([alias('a', 'b'), alias('b', 'a')]);
    const { kind, answers, reasons } = ask(zone, 'a');
    expect({ kind, answers }).toEqual({ kind: 'no-data', answers: [] });
    expect(reasons.at(-1)).toMatchObject({ kind: 'dead-end', why: 'loop' });
  });

  it('in a circle is unhealthy, so that a group finds a way out', () => {
    const zone = zoneOf([
      alias('a', 'b', latency('us-east-1')),
      alias('a', 'out', latency('eu-west-1')),
      alias('b', 'c'),
      alias('c', 'b'),
      host('out', 5),
    ]);
    expect(dataOf(ask(zone, 'a'))).toEqual(['192.0.2.5']);
  });

  it('that comes back to a group with a healthy record is healthy from wherever it is seen', () => {
    const zone = zoneOf([
      alias('a', 'b', latency('us-east-1')),
      host('a', 5, latency('eu-west-1')),
      alias('b', 'a'),
    ]);
    const [first] = ask(zone, 'b').reasons;
    expect(first).toMatchObject({ failedOpen: false, candidates: [{ healthy: true }] });
  });
});

describe('a CNAME', () => {
  const zone = zoneOf([
    cname('www', 'group.example.com', { ttl: 60, ...latency('us-east-1') }),
    cname('group', 'host.example.com', { ttl: 40, ...weighted('a', 1) }),
    host('host', 4, { ttl: 20 }),
    cname('out', 'www.example.net'),
    cname('dangling', 'nowhere.example.com'),
    cname('circle', 'circle.example.com'),
  ]);

  it('is followed within the zone, each link with its own TTL', () => {
    expect(ask(zone, 'www')).toMatchObject({
      kind: 'answer',
      latencyBased: true,
      answers: [
        { name: 'www.example.com', type: 'CNAME', ttl: 60 },
        { name: 'group.example.com', type: 'CNAME', ttl: 40 },
        { name: 'host.example.com', type: 'A', ttl: 20 },
      ],
    });
  });

  it('is the whole answer to a question for it', () => {
    expect(dataOf(ask(zone, 'www', { type: 'CNAME' }))).toEqual(['group.example.com']);
  });

  it('that leaves the zone is the answer', () => {
    expect(ask(zone, 'out')).toMatchObject({
      kind: 'answer',
      answers: [{ data: { name: 'www.example.net' } }],
    });
  });

  it('leads to what holds for its last name', () => {
    expect(ask(zone, 'www', { type: 'AAAA' })).toMatchObject({ kind: 'no-data', answers: [{}, {}] });
    expect(ask(zone, 'dangling')).toMatchObject({ kind: 'no-such-name', answers: [{ type: 'CNAME' }] });
  });

  it('in a circle ends where it began', () => {
    const { kind, answers, reasons } = ask(zone, 'circle');
    expect({ kind, links: answers.length }).toEqual({ kind: 'no-data', links: 1 });
    expect(reasons.at(-1)).toMatchObject({ kind: 'dead-end', why: 'loop' });
  });

  it('without a health check never fails over, whatever it leads to', () => {
    const literal = zoneOf([
      cname('www', 'near.example.com', latency('us-east-1')),
      cname('www', 'far.example.com', latency('eu-west-1')),
      host('near', 1, { healthCheck: 'c1' }),
      host('far', 2),
    ]);
    expect(dataOf(ask(literal, 'www', { down: ['c1'] }))).toEqual(['near.example.com', '192.0.2.1']);
  });
});

describe('a latency group', () => {
  const zone = zoneOf([
    host('www', 1, latency('us-east-1')),
    host('www', 2, latency('eu-west-1')),
    host('www', 3, latency('ap-southeast-2')),
  ]);

  it.each([
    { city: 'New York', client: newYork, answer: '192.0.2.1' },
    { city: 'Berlin', client: { latitude: 52.52, longitude: 13.41 }, answer: '192.0.2.2' },
    { city: 'Auckland', client: { latitude: -36.85, longitude: 174.76 }, answer: '192.0.2.3' },
  ])('gives $city its closest region', ({ client, answer }) => {
    const decision = ask(zone, 'www', { client });
    expect(dataOf(decision)).toEqual([answer]);
    expect(decision.latencyBased).toBe(true);
  });

  it('tells the round trip to each region', () => {
    const [reason] = ask(zone, 'www').reasons;
    const figures =
      reason?.kind === 'group' ? reason.candidates.map(({ roundTripMs = 0 }) => Math.round(roundTripMs)) : [];
    expect(figures).toEqual([9, 85, 259]);
    expect(reason).toMatchObject({
      choice: { policy: 'latency', region: 'us-east-1', latencySource: 'modelled' },
    });
  });

  it('goes by another model when given one', () => {
    const decision = ask(zone, 'www', {
      latency: (_client, region) => ({ roundTripMs: region === 'eu-west-1' ? 1 : 9, source: 'measured' }),
    });
    expect(dataOf(decision)).toEqual(['192.0.2.2']);
  });

  it('keeps to one policy: records of another are left out', () => {
    const mixed = zoneOf([host('www', 1, latency('eu-west-1')), host('www', 2, weighted('a', 1))]);
    expect(ask(mixed, 'www').reasons).toMatchObject([{ candidates: [{ setIdentifier: 'eu-west-1' }] }]);
  });
});

it('gives every value of a record, and text for other types', () => {
  const zone = zoneOf([
    host('www', 0, { target: { kind: 'values', values: ['192.0.2.1', '192.0.2.2'] } }),
    host('txt', 0, { type: 'TXT', target: { kind: 'values', values: ['"hello"'] } }),
  ]);
  expect(dataOf(ask(zone, 'www'))).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(ask(zone, 'txt', { type: 'TXT' }).answers).toMatchObject([
    { data: { kind: 'text', text: '"hello"' } },
  ]);
});
