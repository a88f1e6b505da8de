export const ERROR_CODES = [
  'CONFIG_GEN_INVALID_ADDRESS',
  'CONFIG_GEN_INVALID_PATH',
  'CONFIG_GEN_SOCKET_PATH_TOO_LONG',
] as const;

export type ConfigGenErrorCode = (typeof ERROR_CODES)[number];

/** Settings that no configuration file can be written for. */
export class ConfigGenError extends Error {
  override readonly name = 'ConfigGenError';
  readonly code: ConfigGenErrorCode;
  readonly hint: string;

  constructor(code: ConfigGenErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
