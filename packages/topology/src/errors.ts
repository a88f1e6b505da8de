import type { TopologyProblem } from './problems.ts';

export const ERROR_CODES = [
  'TOPOLOGY_DRAIN_TOO_SHORT',
  'TOPOLOGY_DUPLICATE_KEY',
  'TOPOLOGY_HEALTH_CHECK_LIMIT',
  'TOPOLOGY_HOME_NOT_A_REGION',
  'TOPOLOGY_INVALID_VALUE',
  'TOPOLOGY_MISSING_KEY',
  'TOPOLOGY_NAME_TOO_LONG',
  'TOPOLOGY_OUTSIDE_WILDCARD',
  'TOPOLOGY_PROBLEMS',
  'TOPOLOGY_RECORD_LIMIT',
  'TOPOLOGY_SYNTAX',
  'TOPOLOGY_TTL_TOO_LONG',
  'TOPOLOGY_UNKNOWN_KEY',
  'TOPOLOGY_UNKNOWN_REGION',
] as const;

export type TopologyErrorCode = (typeof ERROR_CODES)[number];

/** A topology file cannot be used; `problems` says why, each with its place. */
export class TopologyError extends Error {
  override readonly name = 'TopologyError';
  readonly code: TopologyErrorCode = 'TOPOLOGY_PROBLEMS';
  readonly hint = 'mend each problem where it stands';
  readonly problems: readonly TopologyProblem[];

  constructor(message: string, problems: readonly TopologyProblem[]) {
    super(message);
    this.problems = problems;
  }
}
