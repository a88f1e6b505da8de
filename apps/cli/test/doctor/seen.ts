import { dnsPlan, requireTopology, type Topology } from '@isochrone/topology';
import type { ApiSeen, Examination, ProxySeen } from '../../src/doctor/examine.ts';
import type { Lookup } from '../../src/doctor/names.ts';
import type { Answered } from '../../src/doctor/probe.ts';

export const topology: Topology = requireTopology(
  'service: fast\ndomain: example.com\nhostedZoneId: Z1\nhome: us-east-1\nregions:\n  us-east-1: { proxies: 2 }\n  eu-west-1: {}\n',
  'test.yaml',
);

export const found = (...addresses: readonly string[]): Lookup => ({ ok: true, addresses, ttl: 60, ms: 1 });

const live = { 'cache-control': 'private, no-cache', 'cdn-cache-control': 'no-store' };

export const answered = (parts: Partial<Answered> = {}): Answered => ({
  ok: true,
  status: 200,
  headers: live,
  body: '{"status":"ok"}',
  certificate: {
    names: ['*.example.com'],
    validTo: Date.parse('2099-01-01'),
    issuer: 'Amazon',
    chainLength: 3,
    isForName: true,
    distrust: null,
  },
  ms: { connect: 1, tls: 1, firstByte: 1 },
  ...parts,
});

/** Everything as it should be, and where every proxy has an address of its own. */
export function wellSeen(of: Topology = topology): Examination {
  const proxies = of.regions
    .flatMap((region) => region.proxies)
    .map((instance, index): ProxySeen => {
      const { region, hostname } = instance;
      const delivery = answered({ headers: { ...live, 'x-region': region } });
      return {
        instance,
        region,
        hostname,
        lookup: found(`192.0.2.${index + 1}`),
        health: answered(),
        delivery,
      };
    });
  const apis = of.regions.map(({ name }): ApiSeen => {
    const headers = { ...live, 'x-region': name, 'x-bundle': 'new' };
    return {
      region: name,
      hostname: `${name}-fast.example.com`,
      lookup: found('198.51.100.1'),
      health: answered({ headers }),
      delivery: answered({ headers }),
      foreignHost: answered({ status: 403 }),
    };
  });
  const names = [...new Set(dnsPlan(of).records.map(({ name }) => name))]
    .filter((name) => name.startsWith('proxy-') || name.startsWith('staging-'))
    .map((name) => ({ name, lookup: found('192.0.2.1') }));
  return {
    publicName: { name: 'fast.example.com', lookup: found('192.0.2.1') },
    names,
    proxies,
    apis,
    sendings: [],
  };
}
