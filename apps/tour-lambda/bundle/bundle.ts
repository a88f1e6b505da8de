import { build } from 'esbuild';
import { readCompiledTopology } from './compiled-topology.ts';
import { bundleOptions } from './options.ts';
import { type Manifest, writeBundles } from './write.ts';

export interface BundleRequest {
  readonly topologyFile: string;
  /** Replaces the topology's own domain. */
  readonly domain?: string | undefined;
  /** Absolute. */
  readonly outdir: string;
}

/** Bundles both functions once; throws esbuild's BuildFailure or a TopologyError. */
export async function bundle({ topologyFile, domain, outdir }: BundleRequest): Promise<Manifest> {
  const topology = await readCompiledTopology(topologyFile, domain);
  const { outputFiles } = await build(bundleOptions(topology, outdir));
  return writeBundles(outdir, outputFiles);
}
