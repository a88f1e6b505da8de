import { TourLambdaError, type TourLambdaErrorCode } from '../errors.ts';
import type { Reply } from './reply.ts';

interface Status {
  readonly status: number;
  readonly title: string;
}

const internal: Status = { status: 500, title: 'Internal Server Error' };

const statusOf: Readonly<Record<TourLambdaErrorCode, Status>> = {
  TOUR_LAMBDA_BODY_NOT_JSON: { status: 400, title: 'Bad Request' },
  TOUR_LAMBDA_BODY_TOO_LARGE: { status: 413, title: 'Content Too Large' },
  TOUR_LAMBDA_ENVIRONMENT: internal,
  TOUR_LAMBDA_FOREIGN_HOST: { status: 421, title: 'Misdirected Request' },
  TOUR_LAMBDA_INTERNAL: internal,
  TOUR_LAMBDA_KEY_MISSING: { status: 401, title: 'Unauthorized' },
  TOUR_LAMBDA_KEY_UNKNOWN: { status: 401, title: 'Unauthorized' },
  TOUR_LAMBDA_MEDIA_TYPE: { status: 415, title: 'Unsupported Media Type' },
  TOUR_LAMBDA_METHOD_NOT_ALLOWED: { status: 405, title: 'Method Not Allowed' },
  TOUR_LAMBDA_NOT_FOUND: { status: 404, title: 'Not Found' },
  TOUR_LAMBDA_PAYLOAD_TOO_LARGE: { status: 422, title: 'Unprocessable Content' },
  TOUR_LAMBDA_PUBLISH_CONFLICT: { status: 409, title: 'Conflict' },
  TOUR_LAMBDA_SCOPE_MISSING: { status: 403, title: 'Forbidden' },
  TOUR_LAMBDA_STALE_TOUR: { status: 412, title: 'Precondition Failed' },
  TOUR_LAMBDA_STORED_ITEM_INVALID: internal,
  TOUR_LAMBDA_STORE_UNAVAILABLE: { status: 503, title: 'Service Unavailable' },
  TOUR_LAMBDA_TOUR_INVALID: { status: 422, title: 'Unprocessable Content' },
};

/** An error as a problem document (RFC 9457). Faults of our own tell the client nothing but their code. */
export function problemOf(error: TourLambdaError): Reply {
  const { status, title } = statusOf[error.code];
  const explanation = status === 500 ? {} : { detail: error.message, hint: error.hint };
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...error.headers },
    body: JSON.stringify({ status, title, code: error.code, ...explanation, ...error.members }),
  };
}

export const notFound = (what: string): TourLambdaError => new TourLambdaError('TOUR_LAMBDA_NOT_FOUND', what);

/** Refuses a method that a resource does not have; RFC 9110, section 15.5.6, wants the others in Allow. */
export function requireMethod(method: string, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  const allow = allowed.join(', ');
  throw new TourLambdaError('TOUR_LAMBDA_METHOD_NOT_ALLOWED', `method is not one of ${allow}`, {
    headers: { allow },
  });
}
