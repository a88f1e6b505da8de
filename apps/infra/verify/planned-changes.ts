import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { requireTopology, type Topology, type WrittenTopology } from '@isochrone/topology';
import { z } from 'zod';
import type { SynthesisedStack } from './assembly.ts';
import { type Checks, expectEqual } from './checks.ts';
import { clientsOf } from './clients.ts';
import { bootstrap, bucketOf, deleteStack, deployStack } from './deploy.ts';
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
];

const MOTO_TYPES = ['AWS::EC2::EIP', 'AWS::Route53::HealthCheck', 'AWS::Route53::RecordSet'];

/**
 * What `./isochrone plan` says of a change, beside what stands in an emulator of AWS before and after it: its stacks, and
 * of the edges' stacks, whose names and checks moto's CloudFormation makes, changes and deletes by itself, each record.
 */
export async function checkPlannedChanges({ python, checks, folder }: ChangesBench): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const emulator = await startEmulator('moto', python, folder);
  try {
    const zoneId = await createZone(clientsOf(emulator, 'us-east-1'), first.domain);
    let before = await deployed({
      emulator,
      zoneId,
      folder: join(folder, '0'),
      written: first,
      previous: [],
    });
    let written = first;
    for (const [index, { what, to }] of changes.entries()) {
      const next = to(written);
      const after = await checks.check(`plan: ${what}, as the emulator has it before and after`, async () => {
        const now = await deployed({
          emulator,
          zoneId,
          folder: join(folder, String(index + 1)),
          written: next,
          previous: before.stacks,
        });
        await compare(before, now);
        return now;
      });
      // What comes next is compared with what really stands there.
      if (after === undefined) return;
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
  readonly stacks: readonly SynthesisedStack[];
  readonly zone: ReadZone;
}

interface DeploymentOptions {
  readonly emulator: Emulator;
  readonly zoneId: string;
  readonly folder: string;
  readonly written: WrittenTopology;
  readonly previous: readonly SynthesisedStack[];
}

async function deployed(options: DeploymentOptions): Promise<Deployment> {
  const { emulator, zoneId, folder, written, previous } = options;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'topology.yaml');
  writeFileSync(file, JSON.stringify(written));
  const topology: Topology = { ...requireTopology(JSON.stringify(written), file), hostedZoneId: zoneId };
  const functions = join(folder, 'functions');
  await buildFunctions(file, functions);
  const stacks = synthesise({ topology, functions, outdir: join(folder, 'stacks'), judged: false });
  const gone = previous.filter(({ id }) => !stacks.some((stack) => stack.id === id));
  for (const { name, region } of gone.filter(isEdge)) await deleteStack(clientsOf(emulator, region), name);
  for (const stack of stacks.filter(isEdge)) {
    const clients = clientsOf(emulator, stack.region);
    if (!previous.some(({ id }) => id === stack.id)) await bootstrap(clients, bucketOf(stack.region));
    await deployStack(clients, stack, partOf(stack.template, MOTO_TYPES), {}, bucketOf(stack.region));
  }
  return { file, stacks, zone: await readZone(clientsOf(emulator, 'us-east-1'), zoneId) };
}

const isEdge = ({ id }: SynthesisedStack): boolean => id.startsWith('Edge');

const recordSchema = z.object({
  name: z.string(),
  type: z.string(),
  routing: z.object({ setIdentifier: z.string().optional() }),
  target: z.object({ kind: z.string() }),
});
const action = z.enum(['create', 'update', 'delete']);
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
      records: z.array(z.object({ action, record: recordSchema })),
      healthChecks: z.array(z.object({ action })),
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
  expectEqual(sorted(summary.stacks), sorted(stackChanges(before.stacks, after.stacks)), 'stacks');
  const planned = steps
    .flatMap(({ records }) => records)
    .filter(({ record }) => record.target.kind !== 'alias-api')
    .map(({ action: doing, record: { name, type, routing } }) =>
      [doing, name, type, routing.setIdentifier ?? ''].join(' ').trim(),
    );
  expectEqual(planned.toSorted(), recordChanges(before.zone, after.zone).toSorted(), 'records');
  const checksPlanned = steps.flatMap(({ healthChecks }) => healthChecks);
  const difference =
    checksPlanned.filter(({ action: doing }) => doing === 'create').length -
    checksPlanned.filter(({ action: doing }) => doing === 'delete').length;
  expectEqual(
    difference,
    after.zone.healthChecks.length - before.zone.healthChecks.length,
    'health checks more',
  );
}

const sorted = (stacks: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(stacks).map(([what, ids]) => [what, ids.toSorted()]));

function stackChanges(before: readonly SynthesisedStack[], after: readonly SynthesisedStack[]) {
  const had = new Map(before.map((stack) => [stack.id, JSON.stringify(stack.template)]));
  const has = new Map(after.map((stack) => [stack.id, JSON.stringify(stack.template)]));
  return {
    created: [...has.keys()].filter((id) => !had.has(id)),
    updated: [...has].filter(([id, template]) => had.has(id) && had.get(id) !== template).map(([id]) => id),
    deleted: [...had.keys()].filter((id) => !has.has(id)),
  };
}

function recordChanges(before: ReadZone, after: ReadZone): readonly string[] {
  const had = recordsOf(before);
  const has = recordsOf(after);
  return [
    ...[...has.keys()].filter((key) => !had.has(key)).map((key) => `create ${key}`),
    ...[...has]
      .filter(([key, text]) => had.has(key) && had.get(key) !== text)
      .map(([key]) => `update ${key}`),
    ...[...had.keys()].filter((key) => !has.has(key)).map((key) => `delete ${key}`),
  ];
}

/** By name, type and set identifier, without what Route 53 makes by itself. */
function recordsOf({ recordSets }: ReadZone): ReadonlyMap<string, string> {
  const own = recordSets.filter(({ Type }) => Type !== 'NS' && Type !== 'SOA');
  const key = ({ Name = '', Type, SetIdentifier = '' }: ResourceRecordSet): string =>
    [Name.replace(/\.$/, ''), Type, SetIdentifier].join(' ').trim();
  return new Map(own.map((record) => [key(record), JSON.stringify(record)]));
}
