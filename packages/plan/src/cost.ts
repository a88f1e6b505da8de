import type { Topology } from '@isochrone/topology';
import { dnsPlan, upstreamsOf } from '@isochrone/topology';
import { instancesOf } from './deployed.ts';
import { FREE_HEALTH_CHECKS, HOURS_PER_MONTH, prices, smallsOf } from './prices.ts';

/** What one part costs in a month, in US dollars. */
export interface CostLine {
  readonly what: string;
  readonly before: number;
  readonly after: number;
  /** `listed`: quantities follow from the topology, prices from the table. `estimated`: a quantity is assumed. */
  readonly basis: 'listed' | 'estimated';
}

export interface Cost {
  readonly lines: readonly CostLine[];
  readonly before: number;
  readonly after: number;
  /** What the estimates take for granted. */
  readonly assumptions: readonly string[];
}

/** What nobody can read from a topology. */
export interface Traffic {
  readonly requestsPerMonth: number;
}

export const DEFAULT_TRAFFIC: Traffic = { requestsPerMonth: 10_000_000 };

const MILLION = 1_000_000;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const DISK_GB = 8;
const ANSWER_KB = 20;
const REQUESTS_PER_LOOKUP = 10;
const FUNCTION_GB = 0.25;
const FUNCTION_SECONDS = 0.01;
/** A public certificate is valid for at most 200 days since 2026-03-15 (CA/Browser Forum, ballot SC-081v3). */
const RENEWALS_PER_YEAR = 2;
/** Probes per second that an endpoint sees. AWS documents one in 2 s at 30 s, and more than one a second at 10 s. */
const PROBES_PER_SECOND = { 10: 1.5, 30: 0.5 } as const;

/** A month before and after, at list prices. */
export function costBetween(from: Topology | null, to: Topology, traffic: Traffic): Cost {
  const [before, after] = [from === null ? [] : costOf(from, traffic), costOf(to, traffic)];
  const amounts = new Map(before.map(({ what, usd }) => [what, usd]));
  const lines = after.map(({ what, usd, basis }) => ({
    what,
    before: amounts.get(what) ?? 0,
    after: usd,
    basis,
  }));
  const total = (side: 'before' | 'after'): number => cents(lines.reduce((sum, line) => sum + line[side], 0));
  return {
    lines: lines.filter((line) => line.before > 0 || line.after > 0),
    before: total('before'),
    after: total('after'),
    assumptions: assumptions(traffic),
  };
}

interface Amount {
  readonly what: string;
  readonly usd: number;
  readonly basis: CostLine['basis'];
}

/** The same lines, in the same order, for every topology. */
function costOf(topology: Topology, { requestsPerMonth }: Traffic): readonly Amount[] {
  const proxies = instancesOf(topology).length;
  const listed = (what: string, usd: number): Amount => ({ what, usd: cents(usd), basis: 'listed' });
  const estimated = (what: string, usd: number): Amount => ({ what, usd: cents(usd), basis: 'estimated' });
  const smalls = smallsOf[topology.edge.instanceType];
  const machine =
    (prices.instance.usd * (smalls ?? 1) + prices.publicAddress.usd) * HOURS_PER_MONTH +
    DISK_GB * prices.disk.usd;
  const gigabytes = (requestsPerMonth * ANSWER_KB) / MILLION;
  const transfer =
    topology.ingress === 'proxy' ? prices.dataOut.usd + 2 * prices.dataBetween.usd : prices.dataOut.usd;
  return [
    (smalls === undefined ? estimated : listed)('proxies: machines, disks and addresses', proxies * machine),
    listed('health checks', healthChecks(topology)),
    listed('hosted zone', prices.hostedZone.usd),
    estimated(
      "the proxies' certificate",
      proxies === 0 ? 0 : (prices.exportableCertificate.usd * RENEWALS_PER_YEAR) / 12,
    ),
    estimated('DNS queries', (requestsPerMonth / REQUESTS_PER_LOOKUP / MILLION) * lookup(topology)),
    estimated('requests: API, function, table', (requestsPerMonth / MILLION) * perMillionRequests),
    estimated('health probes that reach the functions', (probes(topology) / MILLION) * perMillionRequests),
    estimated('data to visitors', gigabytes * transfer),
  ];
}

const perMillionRequests =
  prices.apiRequests.usd +
  prices.invocations.usd +
  FUNCTION_GB * FUNCTION_SECONDS * MILLION * prices.computing.usd +
  prices.strongReads.usd;

/** Calculated checks are charged as checks of AWS endpoints, without options. */
function healthChecks(topology: Topology): number {
  const { healthChecks: checks } = dnsPlan(topology);
  const options = checks.reduce(
    (sum, check) => sum + (check.kind === 'https' ? 1 + Number(check.interval === 10) : 0),
    0,
  );
  return (
    Math.max(0, checks.length - FREE_HEALTH_CHECKS) * prices.healthCheck.usd +
    options * prices.healthCheckOption.usd
  );
}

/** A million look-ups of the public name. An alias to an API is free; each CNAME is a query of its own. */
function lookup({ ingress, dns }: Topology): number {
  if (dns.chain === 'alias') return ingress === 'direct' ? 0 : prices.latencyQueries.usd;
  const further = ingress === 'direct' ? 0 : 2 * prices.standardQueries.usd;
  return prices.latencyQueries.usd + further;
}

/** In a month. In proxy mode Route 53 asks the proxies, and those ask the functions. */
function probes(topology: Topology): number {
  if (topology.ingress === 'direct') {
    return topology.regions.length * PROBES_PER_SECOND[topology.healthCheck.interval] * SECONDS_PER_MONTH;
  }
  return topology.regions
    .flatMap(({ name, proxies }) => proxies.flatMap(() => upstreamsOf(topology, name)))
    .reduce((sum, { checkInterval }) => sum + SECONDS_PER_MONTH / checkInterval, 0);
}

const assumptions = ({ requestsPerMonth }: Traffic): readonly string[] => [
  `${requestsPerMonth.toLocaleString('en')} requests a month, an answer of ${ANSWER_KB} KB, one look-up for ${REQUESTS_PER_LOOKUP} requests`,
  `functions of ${FUNCTION_GB * 1024} MB that take ${FUNCTION_SECONDS * 1000} ms; a proxy of a type without a price is taken for a t4g.small`,
  `prices of us-east-1 for every region; an exportable certificate renewed ${RENEWALS_PER_YEAR} times a year (ACME costs nothing)`,
  'without free tiers, logs, alarms, table storage, replicated writes and taxes',
];

const cents = (usd: number): number => Math.round(usd * 100) / 100;
