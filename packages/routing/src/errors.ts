import type { RoutingProblem } from './problems.ts';

export const ERROR_CODES = [
  'ROUTING_AMBIGUOUS_CNAME',
  'ROUTING_CALCULATED_CHILD',
  'ROUTING_DUPLICATE_RECORD',
  'ROUTING_INVALID_GEO_TABLE',
  'ROUTING_INVALID_LATENCY_MATRIX',
  'ROUTING_INVALID_ROUTE53_ANSWER',
  'ROUTING_MISSING_ALIAS_TARGET',
  'ROUTING_MIXED_POLICIES',
  'ROUTING_OUTSIDE_ZONE',
  'ROUTING_PROBLEMS',
  'ROUTING_UNKNOWN_PLACE',
  'ROUTING_UNKNOWN_REGION',
  'ROUTING_UNSUPPORTED_POLICY',
] as const;

export type RoutingErrorCode = (typeof ERROR_CODES)[number];

/** Something given to the evaluator cannot be used; `problems` says what, where it is more than one thing. */
export class RoutingError extends Error {
  override readonly name = 'RoutingError';
  readonly code: RoutingErrorCode;
  readonly hint: string;
  readonly problems: readonly RoutingProblem[];

  constructor(
    code: RoutingErrorCode,
    message: string,
    { hint, problems = [] }: { hint: string; problems?: readonly RoutingProblem[] },
  ) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.problems = problems;
  }
}
