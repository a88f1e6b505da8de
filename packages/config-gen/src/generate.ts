import { dnsPlan, type ProxyInstance, type Topology } from '@isochrone/topology';
import { ansibleFiles } from './ansible.ts';
import { deployMatrix } from './deploy-matrix.ts';
import { productionSettings } from './edge-settings.ts';
import { renderHaproxy } from './haproxy/render.ts';
import { configFile } from './instance-files.ts';
import { jsonText } from './json-text.ts';
import { renderEdgeProxy } from './render-edge-proxy.ts';
import { zoneListing } from './zone-listing.ts';

export interface GeneratedFile {
  /** Relative to the output folder, with slashes. */
  readonly path: string;
  readonly content: string;
}

/** What stands at the top of an output folder: whatever is generated is one of these files, or below one of these folders. */
export const outputPlaces = ['ansible', 'deploy-matrix.json', 'dns', 'proxies'] as const;

/**
 * Every file that a topology asks for, sorted by path; the same topology always yields the same bytes.
 *
 * @param options.source the topology's file as the banners name it, such as `topologies/production.yaml`.
 */
export function generate(
  topology: Topology,
  { source }: { readonly source: string },
): readonly GeneratedFile[] {
  const proxies = topology.regions.flatMap((region) => region.proxies).sort(byRegionAndNumber);
  const plan = dnsPlan(topology);
  const files: readonly GeneratedFile[] = [
    ...proxies.flatMap((instance) => [
      {
        path: configFile(instance, 'haproxy'),
        content: renderHaproxy(topology, instance, productionSettings, source),
      },
      {
        path: configFile(instance, 'fastify'),
        content: renderEdgeProxy(topology, instance, productionSettings, source),
      },
    ]),
    {
      path: 'dns/records.json',
      content: jsonText(source, { domain: topology.domain, hostedZoneId: topology.hostedZoneId, ...plan }),
    },
    { path: 'dns/zone.txt', content: zoneListing(topology, plan, source) },
    ...ansibleFiles(topology, proxies, source),
    { path: 'deploy-matrix.json', content: jsonText(source, deployMatrix(topology, proxies)) },
  ];
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const byRegionAndNumber = (a: ProxyInstance, b: ProxyInstance): number =>
  a.region === b.region ? a.number - b.number : a.region < b.region ? -1 : 1;
