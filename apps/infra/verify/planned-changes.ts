import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { requireTopology, type Topology, type WrittenTopology } from '@isochrone/topology';
import { z } from 'zod';
import type { SynthesisedStack } from './assembly.ts';
import { type Checks, expectEqual } from './checks.ts';
import { clientsOf } from './clients.ts';
import { bootstrap, bucketOf, deployStack } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { partOf } from './part-of-template.ts';
import { run } from './processes.ts';
import type { Python } from './python.ts';
import { buildFunctions, synthesise } from './synthesise.ts';
import { createZone, type ReadZone, readZone } from './zone.ts';

export interface ChangesBench {
  readonly python: Python;
  readonly checks: Checks;
  /** For everything that is written. */
  readonly folder: string;
}

interface Change {
  readonly what: string;
  readonly to: (from: WrittenTopology) => WrittenTopology;
}

const first: WrittenTopology = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z1',
  account: '123456789012',
  home: 'us-east-1',
  regions: { 'us-east-1': {}, 'eu-west-1': {} },
};

/** One after the other, each from what the one before left. */
const changes: readonly Change[] = [
  {
    what: 'a region more',
    to: (from) => ({ ...from, regions: { ...from.regions, 'ap-southeast-2': {} } }),
  },
  {
    what: 'a proxy more',
    to: (from) => ({ ...from, regions: { ...from.regions, 'eu-west-1': { proxies: 2 } } }),
  },
  { what: 'another engine', to: (from) => ({ ...from, edge: { engine: 'fastify' } }) },
  { what: 'another TTL', to: (from) => ({ ...from, dns: { ttl: 30 } }) },
  {
    what: 'a chain of names instead of aliases',
    to: (from) => ({ ...from, dns: { ttl: 30, chain: 'cname' } }),
  },
  { what: 'aliases again', to: (from) => ({ ...from, dns: { ttl: 30 } }) },
  {
    what: 'a region fewer',
    to: (from) => ({ ...from, regions: { 'us-east-1': {}, 'eu-west-1': { proxies: 2 } } }),
  },
  { what: 'no proxies any more', to: ({ edge: _edge, ...from }) => ({ ...from, ingress: 'direct' }) },
  { what: 'proxies again', to: ({ ingress: _ingress, ...from }) => from },
];

const MOTO_TYPES = ['AWS::EC2::EIP', 'AWS::Route53::HealthCheck', 'AWS::Route53::RecordSet'];

/**
 * What `./isochrone plan` says of a change, beside what differs between a deployment before it and one after it: stacks by
 * their templates, and, read back from an emulator of AWS, the names of the edges' record sets and the number of their
 * health checks, which moto's CloudFormation makes by itself. Both are deployed from nothing: an update of one record
 * there takes its siblings along, so that updates in place are not shown.
 */
export async function checkPlannedChanges({ python, checks, folder }: ChangesBench): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const emulator = await startEmulator('moto', python, folder);
  try {
    let before = await deployed({ emulator, folder: join(folder, '0'), written: first });
    let written = first;
    for (const [index, { what, to }] of changes.entries()) {
      const next = to(written);
      const after = await checks.check(`plan: ${what} can be deployed`, () =>
        deployed({ emulator, folder: join(folder, String(index + 1)), written: next }),
      );
      // What comes next would be compared with what does not stand there.
      if (after === undefined) return;
      const from = before;
      await checks.check(`plan: ${what} is what differs in the emulator`, () => compare(from, after));
      before = after;
      written = next;
    }
  } finally {
    await emulator.close();
  }
}

/** What stands there at one time. */
interface Deployment {
  readonly file: string;
  readonly zoneId: string;
  readonly stacks: readonly SynthesisedStack[];
  readonly zone: ReadZone;
}

interface DeploymentOptions {
  readonly emulator: Emulator;
  readonly folder: string;
  readonly written: WrittenTopology;
}

async function deployed({ emulator, folder, written }: DeploymentOptions): Promise<Deployment> {
  const reset = await fetch(`${emulator.endpoint}/moto-api/reset`, { method: 'POST' });
  if (!reset.ok) throw new Error(`moto does not forget: status ${reset.status}`);
  const global = clientsOf(emulator, 'us-east-1');
  const zoneId = await createZone(global, written.domain);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'topology.yaml');
  writeFileSync(file, JSON.stringify(written));
  const topology: Topology = { ...requireTopology(JSON.stringify(written), file), hostedZoneId: zoneId };
  const functions = join(folder, 'functions');
  await buildFunctions(file, functions);
  const stacks = synthesise({ topology, functions, outdir: join(folder, 'stacks'), judged: false });
  for (const stack of stacks.filter(({ id }) => id.startsWith('Edge'))) {
    const clients = clientsOf(emulator, stack.region);
    await bootstrap(clients, bucketOf(stack.region));
    await deployStack(clients, stack, partOf(stack.template, MOTO_TYPES), {}, bucketOf(stack.region));
  }
  const zone = await readZone(global, zoneId);
  return { file, zoneId, stacks, zone };
}

const recordSchema = z.object({
  name: z.string(),
  type: z.string(),
  routing: z.object({ setIdentifier: z.string().optional() }),
  target: z.object({ kind: z.string() }),
});
const action = z.enum(['create', 'update', 'replace', 'delete']);
const planSchema = z.object({
  summary: z.object({
    stacks: z.object({
      created: z.array(z.string()),
      updated: z.array(z.string()),
      deleted: z.array(z.string()),
    }),
  }),
  steps: z.array(
    z.object({
      records: z.array(z.object({ action, record: recordSchema, before: recordSchema.optional() })),
      healthChecks: z.array(z.object({ action, check: z.object({ id: z.string() }) })),
    }),
  ),
});

async function compare(before: Deployment, after: Deployment): Promise<void> {
  const isochrone = join(import.meta.dirname, '../../../isochrone');
  const { stdout, stderr } = await run(isochrone, [
    ...['plan', '--from', before.file, '--to', after.file, '--force', '--json'],
  ]);
  if (stdout === '') throw new Error(stderr);
  const { summary, steps } = planSchema.parse(JSON.parse(stdout));
  expectEqual(sorted(summary.stacks), sorted(stackChanges(before, after)), 'stacks');
  const planned = steps.flatMap(({ records }) =>
    records.flatMap(({ action: doing, record, before: old }) => {
      const done = atEdges(doing, isOfEdge(record), old === undefined ? isOfEdge(record) : isOfEdge(old));
      const { name, type, routing } = record;
      return done === undefined ? [] : [[done, name, type, routing.setIdentifier ?? ''].join(' ').trim()];
    }),
  );
  expectEqual(planned.toSorted(), recordChanges(before, after).toSorted(), 'records');
  // Those of APIs belong to the other stacks.
  const checksPlanned = steps
    .flatMap(({ healthChecks }) => healthChecks)
    .filter(({ check }) => check.id.startsWith('proxy'));
  const difference =
    checksPlanned.filter(({ action: doing }) => doing === 'create').length -
    checksPlanned.filter(({ action: doing }) => doing === 'delete').length;
  expectEqual(
    difference,
    after.zone.healthChecks.length - before.zone.healthChecks.length,
    'health checks more',
  );
}

/** Aliases to APIs belong to the other stacks, which moto does not make. */
const isOfEdge = ({ target }: z.output<typeof recordSchema>): boolean => target.kind !== 'alias-api';

/** What a change is to the stacks of the edges: a record may come from another stack, or go over to one. */
function atEdges(doing: z.output<typeof action>, isTheirs: boolean, wasTheirs: boolean) {
  if (doing !== 'update' || isTheirs === wasTheirs) return isTheirs ? doing : undefined;
  return isTheirs ? 'create' : 'delete';
}

const sorted = (stacks: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(stacks).map(([what, ids]) => [what, ids.toSorted()]));

function stackChanges(before: Deployment, after: Deployment) {
  const templates = ({ stacks, zoneId }: Deployment) =>
    new Map(stacks.map(({ id, template }) => [id, JSON.stringify(template).replaceAll(zoneId, 'ZONE')]));
  const [had, has] = [templates(before), templates(after)];
  return {
    created: [...has.keys()].filter((id) => !had.has(id)),
    updated: [...has].filter(([id, template]) => had.has(id) && had.get(id) !== template).map(([id]) => id),
    deleted: [...had.keys()].filter((id) => !has.has(id)),
  };
}

function recordChanges(before: Deployment, after: Deployment): readonly string[] {
  const [had, has] = [recordsOf(before), recordsOf(after)];
  return [
    ...[...has.keys()].filter((key) => !had.has(key)).map((key) => `create ${key}`),
    ...[...has]
      .filter(([key, text]) => had.has(key) && had.get(key) !== text)
      .map(([key]) => `update ${key}`),
    ...[...had.keys()].filter((key) => !has.has(key)).map((key) => `delete ${key}`),
  ];
}

/** By name, type and set identifier, without what Route 53 makes by itself, and with ids that any deployment may have. */
function recordsOf({ zone: { recordSets, healthChecks }, zoneId }: Deployment): ReadonlyMap<string, string> {
  const own = recordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
  const key = ({ Name = '', Type, SetIdentifier = '' }: ResourceRecordSet): string =>
    [Name.replace(/\.$/, ''), Type, SetIdentifier].join(' ').trim();
  const probed = new Map(
    healthChecks.map(({ Id, HealthCheckConfig }) => [Id, HealthCheckConfig?.FullyQualifiedDomainName]),
  );
  const text = ({ HealthCheckId, ResourceRecords, ...record }: ResourceRecordSet): string =>
    JSON.stringify({
      ...record,
      check: probed.get(HealthCheckId) ?? (HealthCheckId === undefined ? 'none' : 'calculated'),
      values: record.Type === 'A' ? ResourceRecords?.length : ResourceRecords,
    }).replaceAll(zoneId, 'ZONE');
  return new Map(own.map((record) => [key(record), text(record)]));
}
