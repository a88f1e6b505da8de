import { count, paint } from '../outcome.ts';
import type { Deployment } from './deployment.ts';
import type { Examination } from './examine.ts';
import type { Finding } from './finding.ts';

/** Milliseconds that one server took, hop by hop. */
export interface Latency {
  readonly name: string;
  readonly dns: number;
  readonly connect: number;
  readonly tls: number;
  readonly firstByte: number;
}

export function latencies({ proxies, apis }: Examination): readonly Latency[] {
  return [...proxies, ...apis].flatMap(({ hostname, lookup, health }) =>
    lookup.ok && health?.ok
      ? [
          {
            name: hostname,
            dns: tenth(lookup.ms),
            connect: tenth(health.ms.connect),
            tls: tenth(health.ms.tls),
            firstByte: tenth(health.ms.firstByte),
          },
        ]
      : [],
  );
}

const tenth = (ms: number): number => Math.round(ms * 10) / 10;

export function describe(
  shown: string,
  { topology, names }: Deployment,
  findings: readonly Finding[],
  hops: readonly Latency[],
  /** What was not looked at. */
  passedOver: readonly string[],
): string {
  const width = Math.max(4, ...hops.map(({ name }) => name.length));
  const row = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(width) : String(cell).padStart(10)))
      .join(' ');
  const errors = findings.filter(({ level }) => level === 'error').length;
  const proxies = topology.regions.reduce((sum, region) => sum + region.proxies.length, 0);
  return [
    `${shown}: ${count(topology.regions.length, 'region')}, ${count(proxies, 'proxy', 'proxies')}; asked ${names.label}`,
    '',
    ...findings.flatMap(({ level, id, subject, message, cause, remedy }) => [
      `${paint(level === 'error' ? 'red' : 'yellow', level)} ${id} ${subject}: ${message}`,
      `  cause   ${cause}`,
      `  remedy  ${remedy}`,
    ]),
    ...(findings.length > 0 ? [''] : []),
    row(['milliseconds', 'dns', 'connect', 'tls', 'first byte']),
    ...hops.map(({ name, dns, connect, tls, firstByte }) => row([name, dns, connect, tls, firstByte])),
    '',
    ...passedOver.map((what) => `not looked at: ${what}`),
    errors + findings.length === 0
      ? paint('green', 'nothing is wrong')
      : `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`,
  ].join('\n');
}
