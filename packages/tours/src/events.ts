// No import of the schema here: browsers and the delivery function take these without its library.
import { environmentKeyPattern, tourIdPattern } from './keys.ts';
import { limits } from './limits.ts';

/** What can happen to a tour in a browser; `missing`: a step did not find its element. */
export const eventNames = ['shown', 'step', 'missing', 'dismissed', 'completed'] as const;

export interface ReportedEvent {
  readonly name: (typeof eventNames)[number];
  readonly tour: string;
  readonly step?: string;
}

/** The body of `POST /e/{account}`, JSON sent as text/plain so that browsers ask no permission first. */
export interface EventReport {
  /** `production` where it is absent. */
  readonly environment?: string;
  /** Of the script that reports. */
  readonly revision: number;
  /** The visitor agreed. Without it nothing is counted where the environment requires consent. */
  readonly consent?: boolean;
  readonly events: readonly ReportedEvent[];
}

/** The report in a decoded JSON value; undefined where it is none. Keys that are not known are passed over. */
export function readReport(value: unknown): EventReport | undefined {
  if (!isRecord(value)) return undefined;
  const { environment, revision, consent, events } = value;
  if (environment !== undefined && !matches(environment, environmentKeyPattern)) return undefined;
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 0) return undefined;
  if (consent !== undefined && typeof consent !== 'boolean') return undefined;
  if (!Array.isArray(events) || events.length === 0 || events.length > limits.reportedEvents)
    return undefined;
  const read = events.flatMap((event: unknown) => readEvent(event) ?? []);
  if (read.length < events.length) return undefined;
  return {
    ...(environment === undefined ? {} : { environment }),
    revision,
    ...(consent === undefined ? {} : { consent }),
    events: read,
  };
}

function readEvent(value: unknown): ReportedEvent | undefined {
  if (!isRecord(value)) return undefined;
  const { tour, step } = value;
  const name = eventNames.find((known) => known === value['name']);
  if (name === undefined || !matches(tour, tourIdPattern)) return undefined;
  if (step === undefined) return { name, tour };
  return matches(step, /^[a-z][a-z0-9-]{0,39}$/) ? { name, tour, step } : undefined;
}

const matches = (value: unknown, pattern: RegExp): value is string =>
  typeof value === 'string' && pattern.test(value);

const isRecord = (value: unknown): value is Readonly<Partial<Record<string, unknown>>> =>
  typeof value === 'object' && value !== null;
