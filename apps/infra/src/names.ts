import { instanceName } from '@isochrone/config-gen';
import type { FunctionJob, ProxyInstance, RegionName, Topology } from '@isochrone/topology';

type Service = Pick<Topology, 'service'>;

/** The two stages of every API, and the two aliases of every function. */
export const stages = ['live', 'staging'] as const;
export type Stage = (typeof stages)[number];

/**
 * Physical names that other regions' stacks, and whoever releases, derive instead of being told: nothing refers
 * from one region to another. A service's name is its own within an account.
 */
export const certificateSecretName = ({ service }: Service): string =>
  `isochrone/${service}/edge-certificate`;

/** The parameter that says which release an instance runs. */
export const releaseParameterName = ({ service }: Service, instance: ProxyInstance): string =>
  `/isochrone/${service}/edge/${instanceName(instance)}`;

export const edgeLogGroupName = ({ service }: Service): string => `/isochrone/${service}/edge`;

export const stackIds = {
  tour: (region: RegionName): string => `Tour-${region}`,
  edge: (region: RegionName): string => `Edge-${region}`,
  data: 'Data',
  watch: 'Watch',
} as const;

/** The name in CloudFormation: several services may share an account. */
export const stackName = ({ service }: Service, id: string): string =>
  `${service.replaceAll('.', '-')}-${id}`;

/** `Proxy1UsEast1Fast` for `proxy1-us-east-1-fast`: CloudFormation's ids are letters and digits. */
export const pascal = (name: string): string =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

/** Parameter of a region's Tour stack: the version that an alias points at. */
export const versionParameter = (job: FunctionJob, stage: Stage): string =>
  `${pascal(job)}${pascal(stage)}Version`;

/** Output of a region's stack and parameter of Watch: the id of a health check. */
export const healthCheckParameter = (checkId: string): string => `HealthCheck${pascal(checkId)}`;
