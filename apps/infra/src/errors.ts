export const ERROR_CODES = [
  'INFRA_ACCOUNT_MISSING',
  'INFRA_BUNDLE_MISSING',
  'INFRA_TOPOLOGY_UNREADABLE',
  'INFRA_USAGE',
] as const;

export type InfraErrorCode = (typeof ERROR_CODES)[number];

/** The stacks cannot be synthesised; the hint says what to do about it. */
export class InfraError extends Error {
  override readonly name = 'InfraError';
  readonly code: InfraErrorCode;
  readonly hint: string;

  constructor(
    code: InfraErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
