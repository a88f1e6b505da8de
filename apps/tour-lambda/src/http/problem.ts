import { TourLambdaError, type TourLambdaErrorCode } from '../errors.ts';
import type { Reply } from './reply.ts';

/** Reason phrases of RFC 9110 and RFC 6585. */
const titles = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

export const statusOf: Readonly<Record<TourLambdaErrorCode, keyof typeof titles>> = {
  TOUR_LAMBDA_ACCOUNT_ELSEWHERE: 500,
  TOUR_LAMBDA_ACCOUNT_EXISTS: 500,
  TOUR_LAMBDA_ACCOUNT_UNKNOWN: 500,
  TOUR_LAMBDA_BODY_NOT_JSON: 400,
  TOUR_LAMBDA_BODY_TOO_LARGE: 413,
  TOUR_LAMBDA_DOCUMENT_INVALID: 422,
  TOUR_LAMBDA_ENVIRONMENT: 500,
  TOUR_LAMBDA_ENVIRONMENT_FORBIDDEN: 403,
  TOUR_LAMBDA_FOREIGN_HOST: 421,
  TOUR_LAMBDA_IDEMPOTENCY_KEY: 400,
  TOUR_LAMBDA_IDEMPOTENCY_KEY_REUSED: 422,
  TOUR_LAMBDA_INTERNAL: 500,
  TOUR_LAMBDA_KEY_MISSING: 401,
  TOUR_LAMBDA_KEY_SHOWN: 409,
  TOUR_LAMBDA_KEY_UNKNOWN: 401,
  TOUR_LAMBDA_LEDGER_BEHIND: 500,
  TOUR_LAMBDA_MEDIA_TYPE: 415,
  TOUR_LAMBDA_METHOD_NOT_ALLOWED: 405,
  TOUR_LAMBDA_NOT_FOUND: 404,
  TOUR_LAMBDA_NOT_LIVE: 409,
  TOUR_LAMBDA_PAYLOAD_TOO_LARGE: 422,
  TOUR_LAMBDA_PRECONDITION_MISSING: 428,
  TOUR_LAMBDA_PREVIEW_EXPIRED: 410,
  TOUR_LAMBDA_PREVIEW_UNKNOWN: 401,
  TOUR_LAMBDA_PUBLISH_CONFLICT: 409,
  TOUR_LAMBDA_QUERY_INVALID: 400,
  TOUR_LAMBDA_REPORT_INVALID: 400,
  TOUR_LAMBDA_SCOPE_MISSING: 403,
  TOUR_LAMBDA_STALE: 412,
  TOUR_LAMBDA_STORED_ITEM_INVALID: 500,
  TOUR_LAMBDA_STORE_UNAVAILABLE: 503,
  TOUR_LAMBDA_SUSPENSION_UNFINISHED: 500,
  TOUR_LAMBDA_TOUR_EXISTS: 409,
  TOUR_LAMBDA_TOUR_LIVE: 409,
};

/** An error as a problem document (RFC 9457). Faults of our own tell the client nothing but their code. */
export function problemOf(error: TourLambdaError, requestId: string): Reply {
  const status = statusOf[error.code];
  const explanation = status === 500 ? {} : { detail: error.message, hint: error.hint };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...error.headers },
    body: JSON.stringify({
      type: typeOf(error.code),
      title: titles[status],
      status,
      code: error.code,
      instance: `urn:isochrone:request:${requestId}`,
      ...explanation,
      ...error.members,
    }),
  };
}

/** A name, not an address: what it means is in docs/errors.md. */
const typeOf = (code: TourLambdaErrorCode): string =>
  `urn:isochrone:problem:${code.replace('TOUR_LAMBDA_', '').replaceAll('_', '-').toLowerCase()}`;

export const notFound = (what: string): TourLambdaError => new TourLambdaError('TOUR_LAMBDA_NOT_FOUND', what);

/** Refuses a method that a resource does not have; RFC 9110, section 15.5.6, wants the others in Allow. */
export function requireMethod(method: string, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  const allow = allowed.join(', ');
  throw new TourLambdaError('TOUR_LAMBDA_METHOD_NOT_ALLOWED', `method is not one of ${allow}`, {
    headers: { allow },
  });
}
