import { describe, expect, it } from 'vitest';
import type { Visit } from '../../load/client/visit.ts';
import { explanation, type FaultKind, type LedgerEntry } from '../../load/soak/ledger.ts';

const fault = (kind: FaultKind, target = 'us-east-1', more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  kind,
  target,
  from: 1_000,
  to: 2_000,
  ...more,
});

const failed = (method: 'GET' | 'POST', failure: string, more: Partial<Visit> = {}): Visit => ({
  wish: { id: 'x', via: 'kept', method, bytes: 10 },
  at: 1_500,
  until: 1_600,
  phase: 'head',
  failure,
  ...more,
});

describe('a failed GET', () => {
  it('is not explained by one upstream that is down: the next was to be asked', () => {
    expect(explanation(failed('GET', 'status 502', { status: 502 }), [fault('killed')])).toBeUndefined();
  });
  it('is explained by two upstreams that are down', () => {
    const ledger = [fault('killed'), fault('frozen', 'eu-west-1')];
    expect(explanation(failed('GET', 'status 502', { status: 502 }), ledger)).toBe('killed');
  });
  it('is explained within its body by the end of the upstream that was answering, and of no other', () => {
    const cut = failed('GET', 'reset', { status: 200, upstream: 'us-east-1', phase: 'body' });
    expect(explanation(cut, [fault('killed')])).toBe('killed');
    expect(explanation(cut, [fault('killed', 'eu-west-1')])).toBeUndefined();
  });
  it('is not explained by an upstream that is only slow', () => {
    const ledger = [fault('slow'), fault('slow', 'eu-west-1')];
    expect(explanation(failed('GET', 'status 504', { status: 504 }), ledger)).toBeUndefined();
  });
});

describe('a failed POST', () => {
  it('is explained by one upstream that is down: it is sent once', () => {
    expect(explanation(failed('POST', 'status 502', { status: 502 }), [fault('killed')])).toBe('killed');
  });
  it('is not explained by an upstream that did not get it', () => {
    const refused = failed('POST', 'status 503', { status: 503, upstream: 'eu-west-1' });
    expect(explanation(refused, [fault('answers 503')])).toBeUndefined();
  });
  it('is not explained by a fault that was over before it began', () => {
    expect(
      explanation(failed('POST', 'reset', { at: 3_000, until: 3_100 }), [fault('killed')]),
    ).toBeUndefined();
  });
});

describe('a killed worker', () => {
  const ledger = [fault('worker killed', 'proxy1', { connections: new Set(['127.0.0.1:1']) })];
  it('explains what was on its own connections', () => {
    const own = failed('GET', 'reset', { from: { address: '127.0.0.1', port: 1 } });
    expect(explanation(own, ledger)).toBe('worker killed');
  });
  it('explains nothing on the connections of others', () => {
    const other = failed('GET', 'reset', { from: { address: '127.0.0.1', port: 2 } });
    expect(explanation(other, ledger)).toBeUndefined();
  });
});

describe('a body that ends too soon without looking broken', () => {
  const short = (engine: string, chunked: boolean): Visit =>
    failed('GET', 'body too short', {
      wish: { id: 'x', via: 'h2', method: 'GET', bytes: 10, chunked },
      engine,
      status: 200,
      upstream: 'us-east-1',
    });
  it('is explained over HTTP/2 of haproxy, without a length, by the upstream that broke off', () => {
    expect(explanation(short('haproxy', true), [fault('hangs up in the body')])).toMatch(/limit of haproxy/);
    expect(explanation(short('haproxy', true), [fault('slow')])).toBeUndefined();
  });
  it('is not explained where a length tells, or by the other engine', () => {
    expect(explanation(short('haproxy', false), [fault('hangs up in the body')])).toBeUndefined();
    expect(explanation(short('fastify', true), [fault('hangs up in the body')])).toBeUndefined();
  });
});

it.each(['wrong body', 'body too short', 'body too long', 'status 400'])(
  'nothing explains this: %s',
  (failure) => {
    const ledger = [fault('killed'), fault('frozen', 'eu-west-1')];
    expect(
      explanation(failed('GET', failure, { upstream: 'us-east-1', status: 200 }), ledger),
    ).toBeUndefined();
  },
);
