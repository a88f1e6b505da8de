export const ERROR_CODES = [
  'TOUR_LAMBDA_ACCOUNT_ELSEWHERE',
  'TOUR_LAMBDA_ACCOUNT_EXISTS',
  'TOUR_LAMBDA_ACCOUNT_UNKNOWN',
  'TOUR_LAMBDA_BODY_NOT_JSON',
  'TOUR_LAMBDA_BODY_TOO_LARGE',
  'TOUR_LAMBDA_DOCUMENT_INVALID',
  'TOUR_LAMBDA_ENVIRONMENT',
  'TOUR_LAMBDA_ENVIRONMENT_FORBIDDEN',
  'TOUR_LAMBDA_FOREIGN_HOST',
  'TOUR_LAMBDA_IDEMPOTENCY_KEY',
  'TOUR_LAMBDA_IDEMPOTENCY_KEY_REUSED',
  'TOUR_LAMBDA_INTERNAL',
  'TOUR_LAMBDA_KEY_MISSING',
  'TOUR_LAMBDA_KEY_SHOWN',
  'TOUR_LAMBDA_KEY_UNKNOWN',
  'TOUR_LAMBDA_LEDGER_BEHIND',
  'TOUR_LAMBDA_MEDIA_TYPE',
  'TOUR_LAMBDA_METHOD_NOT_ALLOWED',
  'TOUR_LAMBDA_NOT_FOUND',
  'TOUR_LAMBDA_NOT_LIVE',
  'TOUR_LAMBDA_PAYLOAD_TOO_LARGE',
  'TOUR_LAMBDA_PRECONDITION_MISSING',
  'TOUR_LAMBDA_PREVIEW_EXPIRED',
  'TOUR_LAMBDA_PREVIEW_UNKNOWN',
  'TOUR_LAMBDA_PUBLISH_CONFLICT',
  'TOUR_LAMBDA_QUERY_INVALID',
  'TOUR_LAMBDA_REPORT_INVALID',
  'TOUR_LAMBDA_SCOPE_MISSING',
  'TOUR_LAMBDA_STALE',
  'TOUR_LAMBDA_STORED_ITEM_INVALID',
  'TOUR_LAMBDA_STORE_UNAVAILABLE',
  'TOUR_LAMBDA_SUSPENSION_UNFINISHED',
  'TOUR_LAMBDA_TOUR_EXISTS',
  'TOUR_LAMBDA_TOUR_LIVE',
] as const;

export type TourLambdaErrorCode = (typeof ERROR_CODES)[number];

export interface TourLambdaErrorOptions {
  /** What to do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Headers that an HTTP answer to this error must carry, such as Allow. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem document (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Everything that goes wrong here, on purpose. The message reaches the client; the cause only reaches the log. */
export class TourLambdaError extends Error {
  override readonly name = 'TourLambdaError';
  readonly code: TourLambdaErrorCode;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: TourLambdaErrorCode, message: string, options: TourLambdaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}
