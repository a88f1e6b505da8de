import type { Engine, ProxyInstance, RegionName, Topology } from '@isochrone/topology';
import { configFile } from './instance-files.ts';

/** What a pipeline loops over, per app: each `include` is a GitHub Actions matrix as it stands. */
export interface DeployMatrix {
  readonly infra: { readonly include: readonly RegionJob[] };
  readonly 'tour-lambda': { readonly include: readonly RegionJob[] };
  readonly 'edge-proxy': { readonly include: readonly InstanceJob[] };
}

interface RegionJob {
  readonly region: RegionName;
  /** True where the data stack lives. */
  readonly home: boolean;
}

interface InstanceJob {
  readonly region: RegionName;
  readonly hostname: string;
  readonly engine: Engine;
  /** The generated file that this instance runs on. */
  readonly config: string;
}

export function deployMatrix(topology: Topology, proxies: readonly ProxyInstance[]): DeployMatrix {
  const regions = topology.regions
    .map(({ name }) => ({ region: name, home: name === topology.home }))
    .sort((a, b) => (a.region < b.region ? -1 : 1));
  return {
    infra: { include: regions },
    'tour-lambda': { include: regions },
    'edge-proxy': {
      include: proxies.map((instance) => ({
        region: instance.region,
        hostname: instance.hostname,
        engine: instance.engine,
        config: configFile(instance, instance.engine),
      })),
    },
  };
}
