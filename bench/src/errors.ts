export const ERROR_CODES = [
  'BENCH_NOT_READY',
  'BENCH_TOOL_FAILED',
  'BENCH_TOOL_MISSING',
  'BENCH_USAGE',
] as const;

export type BenchErrorCode = (typeof ERROR_CODES)[number];

/** Anything that keeps something from being measured. */
export class BenchError extends Error {
  readonly code: BenchErrorCode;
  readonly hint: string;

  constructor(
    code: BenchErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'BenchError';
    this.code = code;
    this.hint = options.hint;
  }
}
