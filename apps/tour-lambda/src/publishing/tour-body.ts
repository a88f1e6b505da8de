import { parseTour, type Tour } from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import type { IncomingRequest } from '../http/request.ts';

/** More than any document that the schema lets through, in UTF-8. */
const MAX_BODY_BYTES = 256 * 1024;

/** The tour in a request's body; `id` is the one that its address names. */
export function tourOfBody(request: IncomingRequest, id: string): Tour {
  requireJson(request.headers['content-type']);
  const result = parseTour(jsonOf(request.body));
  const problems = result.ok ? idProblems(result.tour, id) : result.problems;
  if (result.ok && problems.length === 0) return result.tour;
  throw new TourLambdaError('TOUR_LAMBDA_TOUR_INVALID', `the tour has ${problems.length} problem(s)`, {
    hint: 'mend what errors names; each pointer is a JSON Pointer into the body',
    members: { errors: problems.map(({ code, pointer, message }) => ({ code, pointer, detail: message })) },
  });
}

function idProblems(tour: Tour, id: string) {
  if (tour.id === id) return [];
  const message = `expected ${JSON.stringify(id)}, as in the address`;
  return [{ code: 'TOURS_INVALID_VALUE', pointer: '/id', message }];
}

function requireJson(contentType: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new TourLambdaError('TOUR_LAMBDA_MEDIA_TYPE', 'the body is not application/json', {
    hint: 'send Content-Type: application/json',
    // RFC 9110, section 15.5.16: what would have been understood.
    headers: { accept: 'application/json' },
  });
}

function jsonOf(body: Buffer): unknown {
  if (body.length > MAX_BODY_BYTES) {
    const message = `the body has ${body.length} bytes, expected at most ${MAX_BODY_BYTES}`;
    throw new TourLambdaError('TOUR_LAMBDA_BODY_TOO_LARGE', message);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new TourLambdaError('TOUR_LAMBDA_BODY_NOT_JSON', 'the body is not JSON in UTF-8', { cause });
  }
}
