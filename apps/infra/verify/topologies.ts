import { regionNames, type WrittenTopology } from '@isochrone/topology';

export interface Case {
  readonly name: string;
  readonly written: WrittenTopology;
  /** Deployed to the emulators, too; the others are synthesised and linted. */
  readonly deployed: boolean;
  /** Part of every run; the others only of `--all`. */
  readonly usual: boolean;
}

/** The emulators' own account. */
const account = '123456789012';

const base = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z1',
  account,
  home: 'us-east-1',
} as const;

const three = { 'us-east-1': { proxies: 2 }, 'eu-west-1': {}, 'ap-southeast-2': { proxies: 2 } };

/** Every kind of topology that the stacks make a difference for. */
export const cases: readonly Case[] = [
  usual('one region', { ...base, regions: { 'us-east-1': {} } }),
  usual('three regions, both engines, every option', {
    ...base,
    regions: { ...three, 'us-east-1': { proxies: [{ engine: 'fastify' }, { engine: 'haproxy' }] } },
    alarms: { topicArn: `arn:aws:sns:{region}:${account}:on-call` },
    functions: { tracing: true, reservedConcurrency: 5, logDays: 7 },
  }),
  {
    name: '33 regions',
    written: {
      ...base,
      regions: Object.fromEntries(regionNames.slice(-33).map((name) => [name, { proxies: 2 }])),
    },
    deployed: false,
    usual: true,
  },
  rare('a chain of names', { ...base, regions: three, dns: { chain: 'cname' } }),
  rare('direct, one region', { ...base, ingress: 'direct', regions: { 'us-east-1': {} } }),
  rare('direct, three regions', { ...base, ingress: 'direct', regions: three }),
  rare('direct, by names', { ...base, ingress: 'direct', regions: three, dns: { chain: 'cname' } }),
  rare('fastify alone', { ...base, edge: { engine: 'fastify' }, regions: three }),
  rare('ten proxies in one region', { ...base, regions: { 'us-east-1': { proxies: 10 } } }),
  rare('the longest names', {
    ...base,
    service: 'a-service-of-as-many-letters-as-fit',
    domain: 'a-domain-of-thirty-characters.example.com',
    regions: three,
  }),
  rare('regions that an account opts in to', {
    ...base,
    home: 'af-south-1',
    regions: { 'af-south-1': {}, 'me-central-1': {}, 'ap-southeast-7': { proxies: 2 } },
  }),
  rare('slow checks and no fallbacks', {
    ...base,
    healthCheck: { interval: 30, failureThreshold: 2 },
    edge: { fallbacks: 0, instanceType: 'c7g.medium', drain: 600 },
    delivery: { cache: 'no-store' },
    regions: three,
  }),
  rare('a home away from the visitors', {
    ...base,
    home: 'eu-central-1',
    regions: { ...three, 'eu-central-1': {} },
  }),
];

function usual(name: string, written: WrittenTopology): Case {
  return { name, written, deployed: true, usual: true };
}

function rare(name: string, written: WrittenTopology): Case {
  return { name, written, deployed: true, usual: false };
}
