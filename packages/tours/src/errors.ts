/** Codes of the problems that {@link parseTour} and {@link parseEnvironment} report. */
export const ERROR_CODES = [
  'TOURS_DUPLICATE_STEP',
  'TOURS_FORBIDDEN_KEY',
  'TOURS_INVALID_VALUE',
  'TOURS_MISSING_KEY',
  'TOURS_MISSING_LOCALE',
  'TOURS_PRIVATE_VALUE',
  'TOURS_TOO_LARGE',
  'TOURS_UNKNOWN_KEY',
  'TOURS_UNSAFE_CONTENT',
] as const;

export type ToursErrorCode = (typeof ERROR_CODES)[number];

/** One thing that is wrong with a document. */
export interface TourProblem {
  readonly code: ToursErrorCode;
  /** Where, as a JSON Pointer (RFC 6901); `''` is the whole document. */
  readonly pointer: string;
  /** What is wrong, lower case, without a full stop. */
  readonly message: string;
}
