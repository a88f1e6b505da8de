import {
  type DnsChain,
  proxyHostname,
  type RegionName,
  regionNames,
  type Topology,
} from '@isochrone/topology';
import fc from 'fast-check';

const naming = { service: 'fast', domain: 'example.com' };

/** How many proxies each region has. */
export type Proxies = Readonly<Partial<Record<RegionName, number>>>;

/** A topology made without its parser: laws need many thousands. */
export function topologyOf(proxies: Proxies, chain: DnsChain = 'alias'): Topology {
  const names = regionNames.filter((name) => proxies[name] !== undefined);
  return {
    ...naming,
    hostedZoneId: 'Z1',
    home: names[0] ?? 'us-east-1',
    ingress: 'proxy',
    dns: { chain, ttl: 60 },
    healthCheck: { interval: 10, failureThreshold: 3 },
    edge: {
      engine: 'haproxy',
      fallbacks: 2,
      maxConnectionAge: 60,
      clientRate: 500,
      logSample: 1,
      instanceType: 't4g.small',
      drain: 120,
    },
    delivery: { cache: 'no-cache' },
    functions: { tracing: false, logDays: 30 },
    origin: { lock: 'none' },
    alarms: {},
    regions: names.map((region) => ({
      name: region,
      proxies: Array.from({ length: proxies[region] ?? 0 }, (_, index) => ({
        region,
        number: index + 1,
        engine: 'haproxy' as const,
        hostname: proxyHostname(naming, region, index + 1),
      })),
    })),
  };
}

/** From 1 to 6 regions, each with up to three proxies; each taken from one number, which is quick. */
export const anyProxies: fc.Arbitrary<Proxies> = fc
  .array(fc.nat({ max: regionNames.length * 3 - 1 }), { minLength: 1, maxLength: 6 })
  .map((numbers) => {
    const proxies: Partial<Record<RegionName, number>> = {};
    for (const number of numbers) {
      const region = regionNames[Math.floor(number / 3)];
      if (region) proxies[region] = 1 + (number % 3);
    }
    return proxies;
  });

export const anyPlace = fc
  .tuple(fc.integer({ min: -9000, max: 9000 }), fc.integer({ min: -18_000, max: 18_000 }))
  .map(([latitude, longitude]) => ({ latitude: latitude / 100, longitude: longitude / 100 }));
