import { instanceName } from '@isochrone/config-gen';
import { nearestName, type Topology } from '@isochrone/topology';
import { z } from 'zod';
import { type Wrong, wrongs } from '../problem.ts';

const target = z.string().min(1);

/** What can be caused, as people write it. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('proxy-stop'), target }),
  z.strictObject({ kind: z.literal('proxy-freeze'), target }),
  z.strictObject({ kind: z.literal('proxy-drain'), target }),
  z.strictObject({ kind: z.literal('api-down'), target }),
  z.strictObject({ kind: z.literal('api-slow'), target, ms: z.int().min(1).max(60_000) }),
  z.strictObject({
    kind: z.literal('api-errors'),
    target,
    status: z.int().min(400).max(599).default(500),
    rate: z.number().gt(0).max(1).default(1),
  }),
  z.strictObject({
    kind: z.literal('api-header'),
    target,
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a header name in lower case'),
    value: z.string().regex(/^[\x20-\x7e]+$/, 'printable characters'),
  }),
  z.strictObject({ kind: z.literal('api-certificate'), target }),
  z.strictObject({ kind: z.literal('api-dns'), target }),
  z.strictObject({ kind: z.literal('api-move'), target }),
  z.strictObject({ kind: z.literal('store-down'), target }),
  z.strictObject({ kind: z.literal('replication-pause'), target }),
  z.strictObject({ kind: z.literal('region-down'), target }),
]);

/** A fault as it was asked for; its target is a proxy's host, or a region. */
export type WantedFault = z.output<typeof faultSchema>;

/** A fault that holds. */
export type Fault = WantedFault & {
  readonly id: string;
  /** ISO 8601. */
  readonly since: string;
};

export interface FaultLimits {
  /** Whether APIs have addresses to move to. */
  readonly canMove: boolean;
}

export type FaultReading =
  | { readonly ok: true; readonly fault: WantedFault }
  | { readonly ok: false; readonly problems: readonly Wrong[] };

/** Checks a request for a fault, and says everything that is wrong with it. */
export function readFault(body: unknown, topology: Topology, limits: FaultLimits): FaultReading {
  const parsed = faultSchema.safeParse(body);
  const asked = parsed.success ? parsed.data : roughly(body);
  const problems = [
    ...(parsed.success ? [] : wrongs(parsed.error)),
    ...(asked ? targetProblems(asked.kind, asked.target, topology) : []),
    ...(asked?.kind === 'api-move' && !limits.canMove
      ? [{ path: 'kind', message: 'in this world everything has the same address, so that nothing can move' }]
      : []),
  ];
  if (!parsed.success || problems.length > 0) return { ok: false, problems };
  const fault = parsed.data;
  return { ok: true, fault: { ...fault, target: fullTarget(fault.target, topology) } };
}

/** Kind and target of a body in which something else is wrong. */
function roughly(body: unknown): { readonly kind: string; readonly target: string } | undefined {
  const parsed = z.object({ kind: z.string(), target: z.string() }).safeParse(body);
  return parsed.success && /^(proxy|api|store|replication|region)-/.test(parsed.data.kind)
    ? parsed.data
    : undefined;
}

function targetProblems(kind: string, wanted: string, topology: Topology): readonly Wrong[] {
  const instances = topology.regions.flatMap(({ proxies }) => proxies);
  const valid = kind.startsWith('proxy-')
    ? instances.flatMap((instance) => [instanceName(instance), instance.hostname])
    : topology.regions.map(({ name }) => name);
  if (valid.some((name) => name === wanted)) return [];
  const what = kind.startsWith('proxy-') ? "a proxy's host" : 'a region of the topology';
  const suggestion = nearestName(wanted, valid);
  const hint = suggestion === undefined ? `one of ${valid.join(', ')}` : `did you mean ${suggestion}?`;
  return [{ path: 'target', message: `expected ${what}, got ${JSON.stringify(wanted)}: ${hint}` }];
}

/** `proxy1-us-east-1-fast` stands for the whole host. */
function fullTarget(wanted: string, topology: Topology): string {
  const instance = topology.regions
    .flatMap(({ proxies }) => proxies)
    .find((candidate) => instanceName(candidate) === wanted);
  return instance?.hostname ?? wanted;
}
