import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import {
  apiHostname,
  moveDomain,
  publicHostname,
  requireTopology,
  stagingApiHostname,
} from '@isochrone/topology';
import type { CompiledTopology } from '../src/site.ts';

/** Reads a topology file, moves it to `domain` if one is given, and keeps what the functions need. */
export async function readCompiledTopology(
  file: string,
  domain: string | undefined,
): Promise<CompiledTopology> {
  const written = requireTopology(await readFile(file, 'utf8'), file);
  const topology = domain === undefined ? written : moveDomain(written, domain);
  return {
    topology: topologyName(file),
    publicHostname: publicHostname(topology),
    ingress: topology.ingress,
    home: topology.home,
    cache: topology.delivery.cache,
    regions: Object.fromEntries(
      topology.regions.map(({ name }) => [
        name,
        { api: apiHostname(topology, name), staging: stagingApiHostname(topology, name) },
      ]),
    ),
  };
}

/** `production` for `topologies/production.yaml`. */
export const topologyName = (file: string): string => basename(file, extname(file));
