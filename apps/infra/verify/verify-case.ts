import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { dnsPlan, type RecordSet, requireTopology, type Topology } from '@isochrone/topology';
import { healthCheckParameter } from '../src/names.ts';
import type { SynthesisedStack } from './assembly.ts';
import { type Checks, expectEqual } from './checks.ts';
import { type Clients, clientsOf } from './clients.ts';
import { compareDecisions, DECISIONS } from './decisions.ts';
import { bootstrap, bucketOf, deployStack, outputsOf, publishAssets, resourceTypesOf } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { checkServices, checkTable } from './live-services.ts';
import { ElsewhereMaker, typesMadeElsewhere } from './made-elsewhere.ts';
import { partOf } from './part-of-template.ts';
import { run } from './processes.ts';
import type { Python } from './python.ts';
import { checkReleases } from './releases.ts';
import type { TypeReport } from './report.ts';
import { buildFunctions, synthesise } from './synthesise.ts';
import type { Case } from './topologies.ts';
import { createZone, type ReadZone, readZone } from './zone.ts';

export interface Bench {
  readonly python: Python;
  readonly checks: Checks;
  readonly types: TypeReport;
  /** For everything that is written. */
  readonly folder: string;
}

/** One topology: synthesised, linted, and deployed where it says so. */
export async function verifyCase({ name, written, deployed }: Case, bench: Bench): Promise<void> {
  const { checks, folder, python } = bench;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'topology.yaml');
  writeFileSync(file, JSON.stringify(written));
  const topology = requireTopology(JSON.stringify(written), file);
  const functions = join(folder, 'functions');
  await buildFunctions(file, functions);
  const stacksFor = (zoneId: string, outdir: string): readonly SynthesisedStack[] =>
    synthesise({
      topology: { ...topology, hostedZoneId: zoneId },
      functions,
      outdir: join(folder, outdir),
      judged: outdir === 'stacks',
    });
  const began = performance.now();
  const stacks = await checks.check(
    `${name}: synthesis, with nothing against it by cdk-nag or CloudFormation's schemas`,
    () => {
      const made = stacksFor(topology.hostedZoneId, 'stacks');
      expectNoViolations(join(folder, 'stacks/validation-report.json'));
      return made;
    },
  );
  if (stacks === undefined) return;
  console.log(`        ${stacks.length} stacks in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  for (const { template } of stacks)
    for (const { Type } of Object.values(template.Resources)) bench.types.wanted(Type);
  await checks.check(`${name}: cfn-lint finds no error in ${stacks.length} templates`, () =>
    lint(python, stacks),
  );
  if (!deployed) return;
  await onMinistack(name, topology, (zoneId) => stacksFor(zoneId, 'ministack'), bench);
  if (topology.ingress === 'proxy')
    await onMoto(name, topology, (zoneId) => stacksFor(zoneId, 'moto'), bench);
}

function expectNoViolations(file: string): void {
  const text = readFileSync(file, 'utf8');
  const names = [...text.matchAll(/"ruleName": *"([^"]+)"/g)].map(([, rule]) => rule);
  if (names.length > 0) throw new Error(`${[...new Set(names)].join(', ')}; see ${file}`);
}

/** As many at a time as there are cores. */
async function lint(python: Python, stacks: readonly SynthesisedStack[]): Promise<void> {
  const cores = Math.min(availableParallelism(), stacks.length);
  const parts = Array.from({ length: cores }, (_, part) =>
    stacks.filter((_stack, index) => index % cores === part).map(({ file }) => file),
  );
  const command = [python.command('cfn-lint'), '--ignore-checks', 'W', '--'];
  const results = await Promise.all(parts.map((files) => run(python.program, [...command, ...files])));
  const failed = results.filter(({ status }) => status !== 0);
  if (failed.length > 0) throw new Error(failed.map(({ stdout, stderr }) => stdout + stderr).join(''));
}

type StacksFor = (zoneId: string) => readonly SynthesisedStack[];

/** All stacks, by an emulator that takes nearly every resource type and refuses the others as AWS would. */
async function onMinistack(
  name: string,
  topology: Topology,
  stacksFor: StacksFor,
  bench: Bench,
): Promise<void> {
  const { checks, types, python, folder } = bench;
  const emulator = await startEmulator('ministack', python, folder);
  try {
    const clients = new Map<string, Clients>();
    const of = (region: string): Clients => {
      const known = clients.get(region) ?? clientsOf(emulator, region);
      clients.set(region, known);
      return known;
    };
    const global = of('us-east-1');
    const zoneId = await createZone(global, topology.domain);
    const stacks = stacksFor(zoneId);
    for (const region of new Set(stacks.map((stack) => stack.region)))
      await bootstrap(of(region), bucketOf(region));
    const makers = new Map(stacks.map(({ id, region }) => [id, new ElsewhereMaker(of(region))]));
    const healthCheckIds: Record<string, string> = {};
    const deploy = async (stack: SynthesisedStack) => {
      const template = (await makers.get(stack.id)?.adapt(stack.template)) ?? stack.template;
      return deployStack(
        of(stack.region),
        stack,
        template,
        parametersOf(stack, healthCheckIds),
        bucketOf(stack.region),
      );
    };
    for (const stack of stacks) {
      await checks.check(`${name}: ${stack.id} is created by ministack`, async () => {
        await publishAssets(of(stack.region), stack.assets, python, folder);
        await deploy(stack);
        for (const type of await resourceTypesOf(of(stack.region), stack.name))
          types.proven(type, 'ministack, by CloudFormation');
        Object.assign(healthCheckIds, await outputsOf(of(stack.region), stack.name));
      });
    }
    for (const { template } of stacks)
      for (const { Type } of Object.values(template.Resources))
        if (typesMadeElsewhere.includes(Type))
          types.proven(Type, 'ministack, by its own API (its CloudFormation refuses the type)');
    await checkTable(checks, name, topology, of);
    for (const region of topology.regions)
      await checkServices(checks, name, topology, region, of(region.name));
    const before = await readZone(global, zoneId);
    if (hasCalculatedChecks(topology))
      await checks.limit('ministack: the children of a calculated health check', async () =>
        compareDecisions(topology, before),
      );
    else await compare(name, emulator, topology, before, checks);
    await checks.check(`${name}: health checks send the server name`, () => expectServerNames(before));
    await checks.check(`${name}: deploying again changes nothing`, async () => {
      for (const stack of stacks) {
        const outcome = await deploy(stack);
        if (outcome !== 'unchanged') throw new Error(`${stack.id} was ${outcome}`);
      }
      if (JSON.stringify(await readZone(global, zoneId)) !== JSON.stringify(before))
        throw new Error('the zone is another');
    });
    await checkReleases(checks, {
      label: name,
      topology,
      topologyFile: join(folder, 'topology.yaml'),
      functions: join(folder, 'functions'),
      folder,
      emulator,
      clientsOf: of,
    });
  } finally {
    await emulator.close();
  }
}

const MOTO_TYPES = ['AWS::EC2::EIP', 'AWS::Route53::HealthCheck', 'AWS::Route53::RecordSet'];

/** The names of the edges alone, by an emulator whose CloudFormation takes addresses and health checks. */
async function onMoto(name: string, topology: Topology, stacksFor: StacksFor, bench: Bench): Promise<void> {
  const { checks, types, python, folder } = bench;
  const emulator = await startEmulator('moto', python, folder);
  try {
    const global = clientsOf(emulator, 'us-east-1');
    const zoneId = await createZone(global, topology.domain);
    for (const stack of stacksFor(zoneId).filter(({ id }) => id.startsWith('Edge'))) {
      const clients = clientsOf(emulator, stack.region);
      await checks.check(
        `${name}: the addresses, checks and records of ${stack.id} are created by moto`,
        async () => {
          await bootstrap(clients, bucketOf(stack.region));
          const part = partOf(stack.template, MOTO_TYPES);
          // Its API keeps whom a calculated check sums up, and the server name; its CloudFormation does not.
          const template = hasCalculatedChecks(topology)
            ? await new ElsewhereMaker(clients).adapt(part)
            : part;
          await deployStack(clients, stack, template, {}, bucketOf(stack.region));
          for (const type of await resourceTypesOf(clients, stack.name))
            types.proven(type, 'moto, by CloudFormation');
        },
      );
    }
    const read = await readZone(global, zoneId);
    await compare(name, emulator, topology, read, checks, ({ target }) => target.kind !== 'alias-api');
    if (hasCalculatedChecks(topology))
      await checks.check(`${name}: health checks of moto send the server name`, () =>
        expectServerNames(read),
      );
    else await checks.limit('moto: the server name of a health check', async () => expectServerNames(read));
  } finally {
    await emulator.close();
  }
}

const hasCalculatedChecks = (topology: Topology): boolean =>
  dnsPlan(topology).healthChecks.some(({ kind }) => kind === 'calculated');

function expectServerNames({ healthChecks }: ReadZone): void {
  for (const { HealthCheckConfig: config } of healthChecks)
    if (config?.Type === 'HTTPS') expectEqual(config.EnableSNI, true, config.FullyQualifiedDomainName ?? '');
}

const compare = (
  name: string,
  { name: by }: Emulator,
  topology: Topology,
  read: ReadZone,
  checks: Checks,
  asked?: (record: RecordSet) => boolean,
) =>
  checks.check(`${name}: what Route 53 of ${by} holds decides as the topology does`, () => {
    const questions = compareDecisions(topology, read, asked);
    return `${DECISIONS} clients and states of health, ${questions} questions`;
  });

/** What whoever deploys passes: an image, and the ids of the health checks that the other stacks put out. */
function parametersOf(
  { id, template }: SynthesisedStack,
  outputs: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (id.startsWith('Edge')) return { ImageId: 'ami-0123456789abcdef0' };
  const wanted = Object.keys(template.Parameters ?? {}).filter((parameter) =>
    parameter.startsWith(healthCheckParameter('')),
  );
  return Object.fromEntries(
    wanted.flatMap((parameter) => (outputs[parameter] ? [[parameter, outputs[parameter]]] : [])),
  );
}
