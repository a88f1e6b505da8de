import type { CompiledTopology } from './site.ts';

// esbuild's `define` replaces both names; only a bundle can import this file.
declare const ISOCHRONE_TOPOLOGY: CompiledTopology;
declare const ISOCHRONE_BUNDLE: string;

export const compiledTopology: CompiledTopology = ISOCHRONE_TOPOLOGY;

/** The first 16 hex digits of the bundle's SHA-256, taken while these digits were a placeholder. */
export const bundleHash: string = ISOCHRONE_BUNDLE;
