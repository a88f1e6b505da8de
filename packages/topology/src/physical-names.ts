import type { Topology } from './topology.ts';

/** The table, the same in every region. A service's names are its own within an account: nobody has to be told them. */
export const tableName = ({ service }: Pick<Topology, 'service'>): string => `isochrone-${service}`;

/** The functions of every region, in the order in which they change: who reads understands the new before somebody writes it. */
export const functionJobs = ['delivery', 'publishing'] as const;
export type FunctionJob = (typeof functionJobs)[number];

/** Seconds, after which Lambda ends an invocation. A publish may wait for the other regions; the API gives up after 30. */
export const functionTimeout: Readonly<Record<FunctionJob, number>> = { delivery: 5, publishing: 28 };

/** The name of a function, the same in every region. */
export const functionName = ({ service }: Pick<Topology, 'service'>, job: FunctionJob): string =>
  `${service}-${job}`;
