import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Topology } from '@isochrone/topology';
import { buildApp } from '../src/app.ts';
import { readAssembly, type SynthesisedStack } from './assembly.ts';
import { mustRun } from './processes.ts';

const apps = join(import.meta.dirname, '../..');

/** Bundles the functions of a topology file into a folder. */
export async function buildFunctions(topologyFile: string, folder: string): Promise<void> {
  const builder = join(apps, 'tour-lambda/build.ts');
  await mustRun(process.execPath, [builder, '--topology', topologyFile, '--out', folder]);
}

export interface Synthesis {
  readonly topology: Topology;
  /** Folder that `buildFunctions` wrote to. */
  readonly functions: string;
  readonly outdir: string;
  /** Whether cdk-nag and CloudFormation's schemas judge the stacks. */
  readonly judged: boolean;
}

export function synthesise({ topology, functions, outdir, judged }: Synthesis): readonly SynthesisedStack[] {
  buildApp({
    topology,
    outdir,
    bundles: {
      functions: { delivery: join(functions, 'delivery'), publishing: join(functions, 'publishing') },
      edgeProxy: readFileSync(join(apps, 'edge-proxy/dist/main.mjs')),
    },
    judges: judged ? ['cdk-nag', 'schemas'] : [],
  }).synth();
  return readAssembly(outdir);
}
