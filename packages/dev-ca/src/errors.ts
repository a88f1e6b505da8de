export const ERROR_CODES = [
  'DEV_CA_HOSTNAME_NOT_PERMITTED',
  'DEV_CA_INVALID_AUTHORITY',
  'DEV_CA_INVALID_HOSTNAME',
  'DEV_CA_INVALID_NAME',
  'DEV_CA_INVALID_VALIDITY',
  'DEV_CA_STATE_INACCESSIBLE',
] as const;

export type DevCaErrorCode = (typeof ERROR_CODES)[number];

/** Anything that keeps this package from making or keeping a certificate. */
export class DevCaError extends Error {
  readonly code: DevCaErrorCode;
  readonly hint: string;

  constructor(
    code: DevCaErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'DevCaError';
    this.code = code;
    this.hint = options.hint;
  }
}
