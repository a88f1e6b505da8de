export const ERROR_CODES = [
  'CLI_ACCOUNT_FAILED',
  'CLI_API_REFUSED',
  'CLI_API_UNREACHABLE',
  'CLI_AWS_REFUSED',
  'CLI_BUNDLE_MISSING',
  'CLI_DRILL_IMPOSSIBLE',
  'CLI_FOREIGN_FILE',
  'CLI_INPUT_UNREADABLE',
  'CLI_NOT_DEPLOYED',
  'CLI_OUTPUT_UNWRITABLE',
  'CLI_RELEASE_STOPPED',
  'CLI_REVISION_UNREADABLE',
  'CLI_ROLL_STOPPED',
  'CLI_SCENARIO_INVALID',
  'CLI_STALE',
  'CLI_TOPOLOGY_UNREADABLE',
  'CLI_UNKNOWN_TARGET',
  'CLI_USAGE',
  'CLI_WORLD_UNREACHABLE',
] as const;

export type CliErrorCode = (typeof ERROR_CODES)[number];

/** A mistake that the user can mend: it is told in two lines, never as a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string;

  constructor(code: CliErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}
