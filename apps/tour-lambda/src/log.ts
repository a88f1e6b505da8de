import type { TourLambdaError } from './errors.ts';

export type Log = (
  /** A `warning` is about something that did not change the answer. */
  level: 'error' | 'warning',
  error: TourLambdaError,
  context: Readonly<Record<string, string>>,
) => void;

/** One JSON line on stderr, which Lambda hands to CloudWatch. */
export const logToConsole: Log = (level, error, context) => {
  const { code, message, hint, cause } = error;
  console.error(JSON.stringify({ level, code, message, hint, ...context, cause: describe(cause) }));
};

function describe(cause: unknown): unknown {
  return cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : cause;
}

/** What browsers reported, for whoever evaluates it: nothing in it says who the visitor is. */
export type ReportLog = (record: Readonly<Record<string, unknown>>) => void;

/** One JSON line on stdout. */
export const reportToConsole: ReportLog = (record) =>
  console.log(JSON.stringify({ level: 'info', type: 'events', ...record }));
