import { readFileSync } from 'node:fs';
import { cities } from '@isochrone/routing';
import { awsRegions, distanceKm, publicHostname, type RegionName, type Topology } from '@isochrone/topology';
import { resolveFor } from '../drill/resolving.ts';
import { openControl } from '../drill/world.ts';
import { readInput } from '../explain/input-file.ts';
import { topologyInWorld } from '../world-topology.ts';
import { type NameServer, type Names, openNames, readNameServer } from './names.ts';

/** What is to be examined, and how it is reached. */
export interface Deployment {
  /** The topology that it should be. */
  readonly topology: Topology;
  readonly names: Names;
  readonly portOf: (hostname: string) => number;
  /** PEM of the only authority to trust; the system's unless given. */
  readonly ca: string | undefined;
  /** Whose script is asked for. */
  readonly account: string;
  /** The address that visitors near a region are given; absent where the resolver takes no word for where they are. */
  readonly addressNear?: (
    region: RegionName,
  ) => Promise<{ readonly city: string; readonly address: string | undefined }>;
}

export interface DeploymentOptions {
  /** Address of a name server, with a port where it is not 53. */
  readonly resolver?: string | undefined;
  /** PEM file. */
  readonly ca?: string | undefined;
  readonly account?: string | undefined;
}

/** No account of anybody: its script does not exist, and the answer that says so has the same headers. */
const NOBODY = 'isochrone-doctor';
const HTTPS_PORT = 443;

/** A deployment on AWS, as visitors meet it. */
export function liveDeployment(topology: Topology, { resolver, ca, account }: DeploymentOptions): Deployment {
  return {
    topology,
    names: openNames(resolver === undefined ? undefined : readNameServer(resolver)),
    portOf: () => HTTPS_PORT,
    ca: ca === undefined ? undefined : readInput(ca, '--ca'),
    account: account ?? NOBODY,
  };
}

/**
 * The local world behind a control API. The topology says what should be there, the world only where it is.
 *
 * @throws CliError CLI_WORLD_UNREACHABLE
 */
export async function localDeployment(
  topology: Topology,
  control: string,
  { resolver, ca, account }: DeploymentOptions,
): Promise<Deployment> {
  const world = await openControl(control).world();
  const moved = topologyInWorld(topology, world, control);
  const ports = new Map(
    world.regions.flatMap(({ api, proxies }) => [
      [api.host, api.port] as const,
      ...proxies.map(({ host, port }) => [host, port] as const),
    ]),
  );
  const server = resolver === undefined ? world.dns : readNameServer(resolver);
  return {
    topology: moved,
    names: openNames(server),
    portOf: (name) => ports.get(name) ?? world.frontDoor.port,
    ca: ca === undefined ? readFileSync(world.ca, 'utf8') : readInput(ca, '--ca'),
    account: account ?? world.account,
    addressNear: nearby(moved, server),
  };
}

/** The local name server knows a network for each city. */
function nearby(topology: Topology, server: NameServer): NonNullable<Deployment['addressNear']> {
  return async (region) => {
    const nearest = cities.toSorted(
      (a, b) => distanceKm(a, awsRegions[region]) - distanceKm(b, awsRegions[region]),
    )[0];
    if (nearest === undefined) return { city: 'nowhere', address: undefined };
    const resolved = await resolveFor(`198.18.${nearest.network}.0`, publicHostname(topology), server);
    return { city: nearest.name, address: resolved?.address };
  };
}
