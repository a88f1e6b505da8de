import { type EdgeErrorReason, edgeErrors } from '../edge-errors.ts';
import { quoted } from './quoting.ts';

type Headers = Readonly<Record<string, string>>;

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly reason: EdgeErrorReason;
}

function answer(problem: Problem, headers: Headers = {}): string {
  const all = { 'x-edge-reason': problem.reason, 'cache-control': 'no-store', ...headers };
  const lines = Object.entries(all).map(
    ([name, value]) => `hdr ${name} ${/^[\w-]+$/.test(value) ? value : quoted(value)}`,
  );
  return `status ${problem.status} content-type application/problem+json string ${quoted(JSON.stringify(problem))} ${lines.join(' ')}`;
}

const own = (reason: EdgeErrorReason, headers?: Headers): string =>
  answer({ ...edgeErrors[reason], reason }, headers);

/** A rule that answers a request with an error of the edge's own. */
export const refuse = (reason: EdgeErrorReason, condition: string, headers?: Headers): string =>
  `http-request return ${own(reason, headers)} ${condition}`.trimEnd();

/** A rule that puts an error of the edge's own in a response's place. */
export const replaceResponse = (reason: EdgeErrorReason, condition: string): string =>
  `http-response return ${own(reason)} ${condition}`;

/** The errors that haproxy itself comes to, in the same form. */
export const ownErrors: readonly string[] = [
  ...(
    [
      'bad-request',
      'request-timeout',
      'internal-error',
      'upstream-reset',
      'no-healthy-upstream',
      'upstream-timeout',
    ] as const
  ).map((reason) => `http-error ${own(reason)}`),
  // A transfer coding that haproxy does not know; it chooses the status itself.
  `http-error ${answer({ status: 422, title: 'Unprocessable Content', reason: 'bad-request' })}`,
];
