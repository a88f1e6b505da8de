export const ERROR_CODES = [
  'LOCAL_ADDRESS_IN_USE',
  'LOCAL_BUILD_FAILED',
  'LOCAL_FILE_UNREADABLE',
  'LOCAL_INSPECT_UNKNOWN',
  'LOCAL_NOT_BUILT',
  'LOCAL_NOT_READY',
  'LOCAL_SEED_FAILED',
  'LOCAL_STATE_IN_USE',
  'LOCAL_STATE_UNUSABLE',
  'LOCAL_TOPOLOGY_UNREADABLE',
] as const;

export type LocalErrorCode = (typeof ERROR_CODES)[number];

/** The local world cannot start, or cannot do what it was asked for. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly code: LocalErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(
    code: LocalErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.hint = options.hint;
  }
}
