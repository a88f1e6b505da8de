import type { ProxyInstance, Topology } from '@isochrone/topology';

/** The functions of a region, in the order in which they are released: who reads understands the new before somebody writes it. */
export const jobs = ['delivery', 'publishing'] as const;
export type Job = (typeof jobs)[number];

/** As apps/infra names them; a test of the repository compares. */
export const functionName = ({ service }: Pick<Topology, 'service'>, job: Job): string => `${service}-${job}`;

/** The auto-scaling group of one proxy: the first label of its hostname. */
export const groupName = ({ hostname }: Pick<ProxyInstance, 'hostname'>): string =>
  hostname.split('.', 1)[0] ?? hostname;
