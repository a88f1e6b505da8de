import type { RegionName } from '@isochrone/topology';
import {
  type AnswerData,
  type Decision,
  type EvaluationContext,
  evaluate,
  type RoutingZone,
  type ZoneHealthCheck,
  type ZoneRecord,
} from '../../src/index.ts';

type Parts = Pick<ZoneRecord, 'name' | 'target'> & Partial<ZoneRecord>;

const full = (name: string): string => (name === '@' ? 'example.com' : `${name}.example.com`);

const record = ({ name, ...rest }: Parts): ZoneRecord => ({
  type: 'A',
  routing: { policy: 'simple' },
  ...rest,
  name: full(name),
});

/** A record that answers `192.0.2.N`. Names are given without the domain. */
export const host = (name: string, number: number, parts: Partial<ZoneRecord> = {}): ZoneRecord =>
  record({ name, target: { kind: 'values', values: [`192.0.2.${number}`] }, ttl: 60, ...parts });

export const alias = (name: string, to: string, parts: Partial<ZoneRecord> = {}): ZoneRecord =>
  record({ name, target: { kind: 'alias-record', name: full(to), evaluateTargetHealth: true }, ...parts });

/** An alias that does not look at its target's health. */
export const blindAlias = (name: string, to: string, parts: Partial<ZoneRecord> = {}): ZoneRecord =>
  record({ name, target: { kind: 'alias-record', name: full(to), evaluateTargetHealth: false }, ...parts });

export const cname = (name: string, to: string, parts: Partial<ZoneRecord> = {}): ZoneRecord =>
  record({ name, type: 'CNAME', target: { kind: 'cname', name: to }, ttl: 60, ...parts });

export const weighted = (setIdentifier: string, weight: number) =>
  ({ routing: { policy: 'weighted', setIdentifier, weight } }) as const;

export const latency = (region: RegionName) =>
  ({ routing: { policy: 'latency', setIdentifier: region, region } }) as const;

export const check = (healthCheck: string) => ({ healthCheck });

export function zoneOf(
  records: readonly ZoneRecord[],
  healthChecks: readonly ZoneHealthCheck[] = [],
): RoutingZone {
  return { origin: 'example.com', records, healthChecks };
}

interface Asked extends Partial<Omit<EvaluationContext, 'health' | 'random'>> {
  readonly type?: string;
  readonly down?: readonly string[];
  readonly draw?: number;
}

export const newYork = { latitude: 40.71, longitude: -74.01 };

/** A decision about a name of the zone, for a client in New York unless told otherwise. */
export function ask(zone: RoutingZone, name: string, asked: Asked = {}): Decision {
  const { type = 'A', down = [], draw = 0, ...context } = asked;
  return evaluate(
    zone,
    { name: full(name), type },
    { client: newYork, ...context, health: (id) => !down.includes(id), random: () => draw },
  );
}

/** `192.0.2.1`, or what else stands in each record of the answer. */
export const dataOf = ({ answers }: Decision): readonly string[] => answers.map(({ data }) => textOf(data));

function textOf(data: AnswerData): string {
  switch (data.kind) {
    case 'address':
      return data.address;
    case 'cname':
      return data.name;
    case 'elastic-ip':
      return data.instance;
    case 'api':
      return data.customDomain;
    case 'resource':
      return data.dnsName;
    case 'text':
      return data.text;
  }
}

/** Each value that some draw brings, with how often in 1,000 evenly spread draws. */
export function sharesOf(
  zone: RoutingZone,
  name: string,
  asked: Asked = {},
): Readonly<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (let draw = 0; draw < 1000; draw += 1) {
    const [value = 'nothing'] = dataOf(ask(zone, name, { ...asked, draw: draw / 1000 }));
    shares[value] = (shares[value] ?? 0) + 1;
  }
  return shares;
}
