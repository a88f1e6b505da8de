export const ERROR_CODES = [
  'ENGINES_ADMIN_UNREACHABLE',
  'ENGINES_CHANNEL_CLOSED',
  'ENGINES_HAPROXY_MISSING',
  'ENGINES_RELOAD_FAILED',
  'ENGINES_RELOAD_REFUSED',
  'ENGINES_START_FAILED',
  'ENGINES_STOPPED',
] as const;

export type EnginesErrorCode = (typeof ERROR_CODES)[number];

/** Anything that keeps a process from being started or talked to. */
export class EnginesError extends Error {
  readonly code: EnginesErrorCode;
  readonly hint: string;

  constructor(
    code: EnginesErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'EnginesError';
    this.code = code;
    this.hint = options.hint;
  }
}
