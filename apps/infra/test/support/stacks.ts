import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireTopology, type Topology, type WrittenTopology } from '@isochrone/topology';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type AppInputs, type Bundles, buildApp } from '../../src/app.ts';

const base: WrittenTopology = {
  service: 'fast',
  domain: 'example.com',
  hostedZoneId: 'Z1',
  account: '111111111111',
  home: 'us-east-1',
  regions: { 'us-east-1': {} },
};

/** A complete topology with the given parts in place of its own. */
export const topologyWith = (parts: Partial<WrittenTopology> = {}): Topology =>
  requireTopology(JSON.stringify({ ...base, ...parts }), 'test.yaml');

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isochrone-infra-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Bundles as small as can be: what is in them concerns no template. */
export function someBundles(): Bundles {
  const folder = scratch();
  const functions = { delivery: join(folder, 'delivery'), publishing: join(folder, 'publishing') };
  for (const [job, path] of Object.entries(functions)) {
    mkdirSync(path);
    writeFileSync(join(path, 'index.mjs'), `export const handler = () => '${job}';\n`);
  }
  return { functions, edgeProxy: Buffer.from('// the edge proxy\n') };
}

/** The templates of a topology by the ids of their stacks, not judged unless told. */
export function stacksOf(
  topology: Topology,
  options: Partial<Omit<AppInputs, 'topology'>> = {},
): ReadonlyMap<string, Template> {
  const app = buildApp({
    topology,
    bundles: someBundles(),
    outdir: scratch(),
    judges: [],
    ...options,
  });
  app.synth();
  const stacks = app.node.children.filter((child) => child instanceof Stack);
  return new Map(stacks.map((stack) => [stack.node.id, Template.fromStack(stack)]));
}

const known = new Map<string, ReadonlyMap<string, Template>>();

/** The template of one stack; a topology is synthesised once. */
export function stackOf(topology: Topology, id: string): Template {
  const key = JSON.stringify(topology);
  const stacks = known.get(key) ?? stacksOf(topology);
  known.set(key, stacks);
  const template = stacks.get(id);
  if (template === undefined) throw new Error(`there is no stack ${id}`);
  return template;
}

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string().transform((id) => [id]), z.array(z.string())]).default([]),
});

export type Resource = z.output<typeof resourceSchema>;

/** The resources of a type, by their logical ids. */
export const resourcesOf = (template: Template, type: string): ReadonlyMap<string, Resource> =>
  new Map(
    Object.entries(template.findResources(type)).map(([id, resource]) => [
      id,
      resourceSchema.parse(resource),
    ]),
  );
