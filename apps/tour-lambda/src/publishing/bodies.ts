import { defaultEnvironment, environmentKeyPattern, problemsOf, type TourProblem } from '@isochrone/tours';
import * as z from 'zod';
import { TourLambdaError } from '../errors.ts';
import type { IncomingRequest } from '../http/request.ts';

/** More than any document that the schema lets through, in UTF-8. */
const MAX_BODY_BYTES = 256 * 1024;

/** The JSON value in a request's body. */
export function jsonBody({ headers, body }: IncomingRequest): unknown {
  requireJson(headers['content-type']);
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

/** The same, of this shape; an empty body is an empty object. */
export function bodyOf<Schema extends z.ZodType>(request: IncomingRequest, schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(request.body.length === 0 ? {} : jsonBody(request), { reportInput: true });
  if (parsed.success) return parsed.data;
  throw invalidDocument(parsed.error.issues.flatMap((issue) => problemsOf(issue)));
}

export function invalidDocument(problems: readonly TourProblem[]): TourLambdaError {
  const total = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new TourLambdaError('TOUR_LAMBDA_DOCUMENT_INVALID', `the document has ${total}`, {
    hint: 'mend what errors names; each pointer is a JSON Pointer into the body',
    members: { errors: problems.map(({ code, pointer, message }) => ({ code, pointer, detail: message })) },
  });
}

export const environmentField = z
  .string()
  .regex(environmentKeyPattern, { error: 'expected the key of an environment' })
  .default(defaultEnvironment);

/** Why, for people who read the ledger later. */
export const noteField = z.string().min(1).max(500).optional();

function requireJson(contentType: string | undefined): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new TourLambdaError('TOUR_LAMBDA_MEDIA_TYPE', 'the body is not application/json', {
    hint: 'send Content-Type: application/json',
    // RFC 9110, section 15.5.16: what would have been understood.
    headers: { accept: 'application/json' },
  });
}
