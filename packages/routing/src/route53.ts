import { isRegionName, nearestName, type RoutingPolicy, regionNames } from '@isochrone/topology';
import type { z } from 'zod';
import type { RoutingErrorCode } from './errors.ts';
import { type Finding, readJson, throwProblems } from './problems.ts';
import {
  healthCheckSchema,
  healthChecksSchema,
  recordSetSchema,
  recordSetsSchema,
  type WrittenHealthCheck,
  type WrittenRecordSet,
} from './route53-answers.ts';
import type { RoutingZone, ZoneHealthCheck, ZoneRecord, ZoneTarget } from './zone.ts';
import { zoneFindings } from './zone-rules.ts';

export interface Route53Answers {
  /** JSON of `ListResourceRecordSets`, all of one hosted zone. */
  readonly recordSets: string;
  /** JSON of `ListHealthChecks`; without it every check of a record is one of an endpoint. */
  readonly healthChecks?: string;
  /** The domain of the hosted zone. */
  readonly domain: string;
  /** What problems call the two. */
  readonly file: string;
}

/**
 * The zone that Route 53 holds, from what it answers about it.
 *
 * @throws {RoutingError} ROUTING_PROBLEMS, carrying every problem of both
 */
export function zoneFromRoute53({ recordSets, healthChecks, domain, file }: Route53Answers): RoutingZone {
  const origin = nameFrom(domain);
  const sets = readList(recordSets, 'ResourceRecordSets', recordSetsSchema, recordSetSchema);
  const checks =
    healthChecks === undefined
      ? { items: [], findings: [] }
      : readList(healthChecks, 'HealthChecks', healthChecksSchema, healthCheckSchema);
  const read = sets.items.map(({ path, value }) => readRecord(path, value, origin));
  const zone: RoutingZone = {
    origin,
    records: read.flatMap(({ record }) => record ?? []),
    healthChecks: checks.items.map(({ value }) => readHealthCheck(value)),
  };
  const inParts = [...sets.findings, ...checks.findings, ...read.flatMap(({ findings }) => findings)];
  // What could not be read would look as if it were missing.
  throwProblems(file, inParts.length > 0 ? inParts : zoneFindings(zone));
  return zone;
}

interface List<T> {
  readonly items: readonly { readonly path: string; readonly value: T }[];
  readonly findings: readonly Finding[];
}

function readList<T>(
  text: string,
  key: string,
  outer: z.ZodType<Readonly<Record<string, unknown[]>>>,
  inner: z.ZodType<T>,
): List<T> {
  const { value, findings } = readJson(text, 'ROUTING_INVALID_ROUTE53_ANSWER');
  if (findings.length > 0) return { items: [], findings };
  const whole = outer.safeParse(value);
  if (!whole.success) return { items: [], findings: shapeFindings(whole.error, '') };
  const items: { path: string; value: T }[] = [];
  const inItems = (whole.data[key] ?? []).flatMap((each, index) => {
    const path = `${key}[${index}]`;
    const item = inner.safeParse(each);
    if (!item.success) return shapeFindings(item.error, path);
    items.push({ path, value: item.data });
    return [];
  });
  return { items, findings: inItems };
}

const shapeFindings = (error: z.ZodError, base: string): readonly Finding[] =>
  error.issues.map(({ path, message }) => ({
    code: 'ROUTING_INVALID_ROUTE53_ANSWER',
    path: [base, ...path.map(String)].filter((part) => part !== '').join('.'),
    message: message.charAt(0).toLowerCase() + message.slice(1),
    hint: 'pass the answer of Route 53 as it is',
  }));

/**
 * Lower case, without the trailing dot, and with `\052`, as Route 53 writes an asterisk, turned back.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
const nameFrom = (written: string): string =>
  written
    .replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replace(/\.$/, '')
    .toLowerCase();

interface RecordResult {
  readonly record?: ZoneRecord;
  readonly findings: readonly Finding[];
}

function readRecord(path: string, written: WrittenRecordSet, origin: string): RecordResult {
  const findings: Finding[] = [];
  const complain = (code: RoutingErrorCode, key: string, message: string, hint: string): void => {
    findings.push({ code, path: key === '' ? path : `${path}.${key}`, message, hint });
  };
  const name = nameFrom(written.Name);
  const routing = readRouting(written, complain);
  const target = readTarget(written, name, origin);
  if (target === undefined) {
    complain(
      'ROUTING_INVALID_ROUTE53_ANSWER',
      '',
      `${name} ${written.Type} has neither ResourceRecords nor an AliasTarget`,
      'pass the answer of Route 53 as it is',
    );
  }
  if (routing === undefined || target === undefined) return { findings };
  return {
    record: {
      name,
      type: written.Type.toUpperCase(),
      routing,
      target,
      ...(written.TTL === undefined ? {} : { ttl: written.TTL }),
      ...(written.HealthCheckId === undefined ? {} : { healthCheck: written.HealthCheckId }),
    },
    findings,
  };
}

const unsupported = [
  'Failover',
  'GeoLocation',
  'GeoProximityLocation',
  'MultiValueAnswer',
  'CidrRoutingConfig',
] as const;

function readRouting(
  written: WrittenRecordSet,
  complain: (code: RoutingErrorCode, key: string, message: string, hint: string) => void,
): RoutingPolicy | undefined {
  const other = unsupported.find((key) => written[key] !== undefined && written[key] !== false);
  if (other) {
    complain(
      'ROUTING_UNSUPPORTED_POLICY',
      other,
      `${written.Name} ${written.Type} has a routing policy that is not evaluated`,
      'leave it out; simple, weighted and latency records are evaluated',
    );
    return undefined;
  }
  const { SetIdentifier: setIdentifier, Weight: weight, Region: region } = written;
  if (setIdentifier === undefined) return { policy: 'simple' };
  if (weight !== undefined) return { policy: 'weighted', setIdentifier, weight };
  if (region !== undefined && isRegionName(region)) return { policy: 'latency', setIdentifier, region };
  const meant = region === undefined ? undefined : nearestName(region, regionNames);
  complain(
    'ROUTING_UNKNOWN_REGION',
    'Region',
    `expected an AWS region, got ${JSON.stringify(region) ?? 'none'}`,
    meant ? `did you mean ${meant}?` : 'leave it out: only the commercial regions are modelled',
  );
  return undefined;
}

const API_ENDPOINT = /^d-[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$/;

function readTarget(
  { AliasTarget: alias, ResourceRecords: values, Type: type }: WrittenRecordSet,
  name: string,
  origin: string,
): ZoneTarget | undefined {
  if (alias) return aliasTarget(nameFrom(alias.DNSName), alias.EvaluateTargetHealth, name, origin);
  const [first] = values ?? [];
  if (values === undefined || first === undefined) return undefined;
  return type === 'CNAME'
    ? { kind: 'cname', name: nameFrom(first.Value) }
    : { kind: 'values', values: values.map(({ Value }) => Value) };
}

/** An alias to a regional API is told by the endpoint's name; any other name outside the zone is an AWS resource. */
function aliasTarget(
  dnsName: string,
  evaluateTargetHealth: boolean,
  customDomain: string,
  origin: string,
): ZoneTarget {
  if (dnsName === origin || dnsName.endsWith(`.${origin}`))
    return { kind: 'alias-record', name: dnsName, evaluateTargetHealth };
  const region = API_ENDPOINT.exec(dnsName)?.[1];
  // Route 53 learns nothing of an API's health, so that whether it is asked to makes no difference.
  return region !== undefined && isRegionName(region)
    ? { kind: 'alias-api', region, customDomain, evaluateTargetHealth: false }
    : { kind: 'alias-resource', dnsName, evaluateTargetHealth };
}

function readHealthCheck({ Id: id, HealthCheckConfig: config }: WrittenHealthCheck): ZoneHealthCheck {
  const disabled = config.Disabled === true ? { disabled: true } : {};
  if (config.Type !== 'CALCULATED') return { kind: 'endpoint', id, ...disabled };
  const children = config.ChildHealthChecks ?? [];
  return {
    kind: 'calculated',
    id,
    children,
    healthThreshold: config.HealthThreshold ?? children.length,
    ...(config.Inverted === true ? { inverted: true } : {}),
    ...disabled,
  };
}
