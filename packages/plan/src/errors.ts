/** Why a plan is refused. */
export const ERROR_CODES = [
  'PLAN_ACCOUNT_CHANGED',
  'PLAN_HEALTH_CHECK_REPLACED',
  'PLAN_HOME_MOVED',
  'PLAN_LAST_HEALTHY_REGION',
  'PLAN_LAST_PROXY_REPLACED',
  'PLAN_POLICY_KIND_CHANGED',
  'PLAN_PUBLIC_NAME_CHANGED',
  'PLAN_TOO_MANY_RECORDS',
] as const;

export type DangerCode = (typeof ERROR_CODES)[number];

/** Something in a plan that may cost visitors their answer, and is refused unless it is meant. */
export interface Danger {
  readonly code: DangerCode;
  readonly message: string;
  readonly hint: string;
}
