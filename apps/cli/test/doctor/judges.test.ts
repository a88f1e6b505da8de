import { describe, expect, it } from 'vitest';
import type { ApiSeen, Examination, ProxySeen } from '../../src/doctor/examine.ts';
import { judgeNames } from '../../src/doctor/judge-names.ts';
import { judgeServers } from '../../src/doctor/judge-servers.ts';
import type { Lookup } from '../../src/doctor/names.ts';
import { answered, found, topology, wellSeen } from './seen.ts';

const judged = (seen: Examination): readonly (readonly [string, string, string])[] =>
  [...judgeNames(topology, seen), ...judgeServers(topology, seen, Date.now())].map(
    ({ level, id, subject }) => [level, id, subject.replace('.example.com', '')],
  );

const seen = wellSeen();

const withApi = (region: string, parts: Partial<ApiSeen>): Examination => ({
  ...seen,
  apis: seen.apis.map((api) => (api.region === region ? { ...api, ...parts } : api)),
});
const withProxy = (name: string, parts: Partial<ProxySeen>): Examination => ({
  ...seen,
  proxies: seen.proxies.map((proxy) => (proxy.hostname.startsWith(name) ? { ...proxy, ...parts } : proxy)),
});
const missing: Lookup = { ok: false, why: 'missing', reason: 'ENOTFOUND' };
const draining = answered({ status: 503, body: '{"status":"draining"}' });

describe('the doctor', () => {
  it('says nothing where all is well', () => {
    expect(judged(seen)).toEqual([]);
  });

  it('says once that the name server is silent', () => {
    const silent: Lookup = { ok: false, why: 'silent', reason: 'ETIMEOUT' };
    const lookups = seen.names.map(({ name }) => ({ name, lookup: silent }));
    expect(judged({ ...seen, names: lookups })).toEqual([['error', 'dns-silent', 'proxy-eu-west-1-fast']]);
  });

  it('finds an address that is no proxy’s', () => {
    expect(judged({ ...seen, publicName: { ...seen.publicName, lookup: found('203.0.113.9') } })).toEqual([
      ['error', 'dns-address-foreign', 'fast'],
    ]);
  });

  it('does not call addresses foreign while a proxy has no name', () => {
    expect(judged(withProxy('proxy1-eu', { lookup: missing, health: null, delivery: null }))).toEqual([
      ['error', 'dns-record-missing', 'proxy1-eu-west-1-fast'],
    ]);
  });

  it('finds a TTL longer than the topology’s', () => {
    const lookup: Lookup = { ok: true, addresses: ['192.0.2.1'], ttl: 300, ms: 1 };
    expect(judged(withProxy('proxy1-us', { lookup }))).toEqual([
      ['warning', 'dns-ttl', 'proxy1-us-east-1-fast'],
    ]);
  });

  it('takes a drain for serious where nobody else of the region serves', () => {
    expect(judged(withProxy('proxy1-us', { health: draining }))).toEqual([
      ['warning', 'proxy-draining', 'proxy1-us-east-1-fast'],
    ]);
    expect(judged(withProxy('proxy1-eu', { health: draining }))).toEqual([
      ['error', 'proxy-draining', 'proxy1-eu-west-1-fast'],
    ]);
  });

  it('takes the bundle of the home for right where it is even', () => {
    const health = answered({
      headers: { ...(seen.apis[0]?.health?.ok ? seen.apis[0].health.headers : {}), 'x-bundle': 'old' },
    });
    expect(judged(withApi('eu-west-1', { health }))).toEqual([['error', 'bundle-differs', 'eu-west-1-fast']]);
    expect(judged(withApi('us-east-1', { health }))).toEqual([['error', 'bundle-differs', 'eu-west-1-fast']]);
  });

  it.each([
    { header: { 'cache-control': 'max-age=60' }, what: 'a time to keep it' },
    { header: { 'cache-control': 'no-cache' }, what: 'shared caches' },
    { header: { 'cdn-cache-control': 'max-age=60' }, what: 'CDNs' },
    { header: { age: '12' }, what: 'an answer from a cache' },
  ])('blames the API once for $what, not the proxies behind which it stands', ({ header }) => {
    const headers = {
      'cache-control': 'private, no-cache',
      'cdn-cache-control': 'no-store',
      'x-region': 'eu-west-1',
      ...header,
    };
    const delivery = answered({ headers });
    const behind = withApi('eu-west-1', { delivery });
    const both = {
      ...behind,
      proxies: behind.proxies.map((proxy) => (proxy.region === 'eu-west-1' ? { ...proxy, delivery } : proxy)),
    };
    expect(judged(both)).toEqual([['error', 'answer-cacheable', 'eu-west-1-fast']]);
    expect(judged(withProxy('proxy1-eu', { delivery }))).toEqual([
      ['error', 'answer-cacheable', 'proxy1-eu-west-1-fast'],
    ]);
  });

  it('tells a missing mapping from a function that fails', () => {
    expect(judged(withApi('eu-west-1', { health: answered({ status: 403 }) }))).toEqual([
      ['error', 'api-forbids-own-host', 'eu-west-1-fast'],
    ]);
    expect(judged(withApi('eu-west-1', { health: answered({ status: 500 }) }))).toEqual([
      ['error', 'api-errors', 'eu-west-1-fast'],
    ]);
  });

  it('finds an API that answers for any Host', () => {
    expect(judged(withApi('eu-west-1', { foreignHost: answered() }))).toEqual([
      ['warning', 'api-accepts-foreign-host', 'eu-west-1-fast'],
    ]);
  });

  it('finds a proxy that fails only for scripts', () => {
    expect(judged(withProxy('proxy1-eu', { delivery: answered({ status: 502 }) }))).toEqual([
      ['error', 'delivery-fails', 'proxy1-eu-west-1-fast'],
    ]);
  });
});
