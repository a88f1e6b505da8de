import type { Ingress, RegionName, Topology } from '@isochrone/topology';
import { TourLambdaError } from './errors.ts';

/** What the build compiles into a bundle: the part of a topology that the functions need, without its schema. */
export interface CompiledTopology {
  /** The topology file's name without its extension. */
  readonly topology: string;
  readonly publicHostname: string;
  readonly ingress: Ingress;
  readonly home: RegionName;
  readonly cache: Topology['delivery']['cache'];
  readonly regions: { readonly [region in RegionName]?: RegionHostnames };
}

export interface RegionHostnames {
  readonly api: string;
  readonly staging: string;
}

/** Where one function runs. */
export interface Site {
  readonly region: string;
  /** Hash of the bundle; every answer names it. */
  readonly bundle: string;
  readonly cache: CompiledTopology['cache'];
  readonly acceptedHosts: ReadonlySet<string>;
  /** Where accounts are written that name no region, or one that is gone. */
  readonly home: string;
  /** Every region of the topology. */
  readonly regions: readonly string[];
}

/** The site of a bundle that runs in `region`; throws where the topology has no such region. */
export function siteOf(compiled: CompiledTopology, region: string, bundle: string): Site {
  const hostnames = Object.entries(compiled.regions).find(([name]) => name === region)?.[1];
  if (hostnames === undefined) {
    throw new TourLambdaError(
      'TOUR_LAMBDA_ENVIRONMENT',
      `AWS_REGION is ${JSON.stringify(region)}, expected one of ${Object.keys(compiled.regions).join(', ')}`,
      {
        hint: `add the region to topologies/${compiled.topology}.yaml, or deploy the bundle that was built with it`,
      },
    );
  }
  // Behind proxies the public name never reaches an API: Host is rewritten to the region's own name.
  const publicNames = compiled.ingress === 'direct' ? [compiled.publicHostname] : [];
  return {
    region,
    bundle,
    cache: compiled.cache,
    acceptedHosts: new Set([hostnames.api, hostnames.staging, ...publicNames]),
    home: compiled.home,
    regions: Object.keys(compiled.regions),
  };
}
