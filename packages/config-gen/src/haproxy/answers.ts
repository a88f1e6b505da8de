import { type EdgeErrorReason, edgeErrorBody, edgeErrors } from '../edge-errors.ts';
import { quoted } from './quoting.ts';

const problem = (reason: EdgeErrorReason): string =>
  `status ${edgeErrors[reason].status} content-type application/problem+json string ${quoted(edgeErrorBody(reason))} hdr x-edge-reason ${reason} hdr cache-control no-store`;

/** A rule that answers a request with an error of the edge's own. */
export const refuse = (reason: EdgeErrorReason, condition: string): string =>
  `http-request return ${problem(reason)} ${condition}`.trimEnd();

/** A rule that puts an error of the edge's own in a response's place. */
export const replaceResponse = (reason: EdgeErrorReason, condition: string): string =>
  `http-response return ${problem(reason)} ${condition}`;

/** The errors that haproxy itself comes to, in the same form. */
export const ownErrors: readonly string[] = (
  [
    'bad-request',
    'request-timeout',
    'internal-error',
    'upstream-reset',
    'no-healthy-upstream',
    'upstream-timeout',
  ] as const
).map((reason) => `http-error ${problem(reason)}`);
