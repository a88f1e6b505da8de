import {
  defaultEnvironment,
  limits,
  type PublishedTour,
  type ReportedEvent,
  readReport,
} from '@isochrone/tours';
import { TourLambdaError } from '../errors.ts';
import { notFound } from '../http/problem.ts';
import type { Reply } from '../http/reply.ts';
import type { IncomingRequest } from '../http/request.ts';
import type { ReportLog } from '../log.ts';
import type { Site } from '../site.ts';
import type { DeliveryStore, Increments } from '../store/delivery-store.ts';
import { payloadIn } from './payloads.ts';

export interface EventsParts {
  readonly site: Site;
  readonly store: DeliveryStore;
  readonly report: ReportLog;
  readonly now: () => number;
}

const accepted: Reply = { status: 204, headers: { 'cache-control': 'no-store' } };

/**
 * `POST /e/{account}`: counts what browsers report. Reports are not signed, so only what can be true is counted:
 * events of tours, and of their steps, that are live. That also bounds what can be written.
 */
export function createEvents({ site, store, report, now }: EventsParts) {
  return async ({ headers, body }: IncomingRequest, account: string): Promise<Reply> => {
    const read = readReport(jsonOf(body));
    if (read === undefined) {
      throw new TourLambdaError('TOUR_LAMBDA_REPORT_INVALID', 'the body is no report of events', {
        hint: 'see the API reference for its shape',
      });
    }
    const { environment = defaultEnvironment, revision, consent, events } = read;
    const live = await store.readLive(account, environment);
    if (live === undefined) throw notFound('no such account or environment');
    const payload = payloadIn(account, live);
    const refused = consent === false || (payload.consent === 'required' && consent !== true);
    // Global Privacy Control: the visitor does not want to be counted by third parties, whatever the page says.
    if (refused || live.suspended || headers['sec-gpc'] === '1') return accepted;

    const known = events.filter((event) => isLive(event, payload.tours));
    const { region } = site;
    const day = new Date(now()).toISOString().slice(0, 10);
    const byTour = Map.groupBy(known, ({ tour }) => tour);
    await Promise.all(
      [...byTour].map(([tour, ofTour]) =>
        store.count(account, { tour, day, environment, region }, incrementsOf(ofTour)),
      ),
    );
    if (known.length > 0) report({ account, environment, region, revision, events: known });
    return accepted;
  };
}

function jsonOf(body: Buffer): unknown {
  if (body.length > limits.reportBytes) {
    const message = `the body has ${body.length} bytes, expected at most ${limits.reportBytes}`;
    throw new TourLambdaError('TOUR_LAMBDA_BODY_TOO_LARGE', message);
  }
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new TourLambdaError('TOUR_LAMBDA_BODY_NOT_JSON', 'the body is not JSON in UTF-8', { cause });
  }
}

const isLive = ({ tour, step }: ReportedEvent, tours: readonly PublishedTour[]): boolean =>
  tours.some(
    ({ id, steps }) => id === tour && (step === undefined || steps.some((each) => each.id === step)),
  );

function incrementsOf(events: readonly ReportedEvent[]): Increments {
  const increments = new Map<ReportedEvent['name'] | `${ReportedEvent['name']}:${string}`, number>();
  for (const { name, step } of events) {
    // The whole tour's events carry the step at which they happened; a step's own are counted by it as well.
    for (const key of step === undefined ? [name] : [name, `${name}:${step}` as const])
      increments.set(key, (increments.get(key) ?? 0) + 1);
  }
  return increments;
}
