import {
  type DnsPlan,
  type HealthCheck,
  type RecordSet,
  type RecordTarget,
  type RegionName,
  type RoutingPolicy,
  regionNames,
  stagingApiHostname,
  type Topology,
} from '@isochrone/topology';
import { banner } from './banner.ts';

/** Every record set and health check as aligned text, for people to read and to diff. */
export function zoneListing(topology: Topology, plan: DnsPlan, source: string): string {
  const widths = columnWidths(topology);
  const record = (cells: readonly string[]): string => row(cells, widths.record);
  const check = (cells: readonly string[]): string => row(cells, widths.check);
  return [
    `; ${banner(source)}`,
    `; zone ${topology.domain}, ${topology.hostedZoneId}`,
    '',
    record(['; name', 'TTL', 'type', 'policy', 'set identifier', 'target', 'health check']),
    ...plan.records.map((set) => record(recordCells(set))),
    '',
    check(['; health check', 'kind', 'probes', 'is healthy when']),
    ...plan.healthChecks.map((healthCheck) => check(healthCheckCells(healthCheck))),
    '',
  ].join('\n');
}

const recordCells = ({ name, ttl, type, routing, target, healthCheck }: RecordSet): readonly string[] => [
  name,
  ttl === undefined ? '-' : String(ttl),
  type,
  policy(routing),
  routing.policy === 'simple' ? '-' : routing.setIdentifier,
  destination(target),
  healthCheck ?? '-',
];

function policy(routing: RoutingPolicy): string {
  switch (routing.policy) {
    case 'simple':
      return 'simple';
    case 'weighted':
      return `weight ${routing.weight}`;
    case 'latency':
      return `latency ${routing.region}`;
  }
}

function destination(target: RecordTarget): string {
  switch (target.kind) {
    case 'elastic-ip':
      return `elastic IP of ${target.instance}`;
    case 'alias-record':
      return `alias ${target.name}${target.evaluateTargetHealth ? ', if healthy' : ''}`;
    case 'alias-api':
      return `API ${target.region}, ${target.customDomain}`;
    case 'cname':
      return target.name;
  }
}

function healthCheckCells(check: HealthCheck): readonly string[] {
  switch (check.kind) {
    case 'https':
      return [
        check.id,
        'https',
        `https://${check.hostname}${check.path}`,
        `fewer than ${check.failureThreshold} failures, ${check.interval} s apart`,
      ];
    case 'calculated':
      return [
        check.id,
        'calculated',
        check.children.join(' '),
        `${check.healthThreshold} or more are healthy`,
      ];
  }
}

/** Widths come from the names that any region would have: a new region moves no other line. */
function columnWidths(topology: Topology) {
  const region = regionNames.reduce<RegionName>((a, b) => (b.length > a.length ? b : a), topology.home);
  const name = stagingApiHostname(topology, region);
  const id = name.length - topology.domain.length - 1;
  return {
    record: [
      name.length,
      3,
      5,
      `latency ${region}`.length,
      `${region}-proxy9`.length,
      `API ${region}, ${name}`.length,
    ],
    check: [id, 'calculated'.length, `https://${name}/healthz`.length],
  };
}

const row = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('  ')
    .trimEnd();
