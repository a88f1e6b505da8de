import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type Environment,
  type PublishedPayload,
  type PublishedTour,
  parseEnvironment,
  payloadOf,
} from '@isochrone/tours';
import * as z from 'zod';
import { TourLambdaError } from '../errors.ts';
import { count, type Item, invalidItem, json } from '../store/attributes.ts';
import { liveItemOf } from '../store/live-item.ts';

/** What is live of one tour. */
const liveTourSchema = z.object({
  /** The tour's own revision. */
  revision: z.int(),
  /** The environment's revision that made it live. */
  since: z.int(),
});

export const changeActions = [
  'create',
  'configure',
  'publish',
  'unpublish',
  'rollback',
  // Of the whole account, by whoever runs the table.
  'suspend',
  'resume',
] as const;

const changeSchema = z.object({
  id: z.string(),
  /** RFC 3339. */
  at: z.string(),
  /** Id of the key. */
  actor: z.string(),
  action: z.enum(changeActions),
  environment: z.string(),
  /** The environment's revision, before and after. */
  previous: z.int(),
  revision: z.int(),
  tour: z.string().optional(),
  tourRevision: z.int().optional(),
  note: z.string().optional(),
  /** All that was live then, so that any revision of an environment can be made again. */
  manifest: z.record(z.string(), liveTourSchema),
});

export type LiveTour = z.output<typeof liveTourSchema>;
/** One change of what is live: an entry of the ledger. */
export type Change = z.output<typeof changeSchema>;

/** Everything that the LIVE item of an environment holds. */
export interface LiveState {
  readonly revision: number;
  /** The change that made it. It is written to the ledger before the next one takes its place. */
  readonly change: Change;
  readonly settings: Environment;
  /** Counts the changes of the settings. */
  readonly settingsVersion: number;
  readonly tours: readonly PublishedTour[];
  /** Whoever runs the table has suspended the account; settings cannot undo it. */
  readonly accountSuspended: boolean;
}

/** DynamoDB's items end at 400 KB; the settings and the manifest are in it, too. */
const MAX_GZIP_BYTES = 256 * 1024;
/** With the runtime, and in base64, it must pass Lambda's 6 MB. */
const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024;

export function liveStateOf(item: Item): LiveState {
  const { payload } = liveItemOf(item);
  const settings = parseEnvironment(json(item, 'settings'));
  if (!settings.ok) throw invalidItem(item, 'settings', settings.problems);
  return {
    revision: count(item, 'rev'),
    change: changeOf(item),
    settings: settings.environment,
    settingsVersion: count(item, 'sv'),
    tours: publishedIn(item, payload).tours,
    accountSuspended: isSuspended(item),
  };
}

/** Of the account's own item, and of what is live in its environments. */
export const isSuspended = (item: Item): boolean => item['suspended']?.BOOL === true;

export function liveAttributes(state: LiveState): Item {
  const { revision, change, settings, settingsVersion, tours, accountSuspended } = state;
  return {
    rev: { N: String(revision) },
    status: { S: accountSuspended ? 'suspended' : settings.status },
    suspended: { BOOL: accountSuspended },
    payload: { B: packed(payloadOf(tours, settings)) },
    change: { S: JSON.stringify(change) },
    settings: { S: JSON.stringify(settings) },
    sv: { N: String(settingsVersion) },
  };
}

export const changeAttributes = (change: Change): Item => ({ change: { S: JSON.stringify(change) } });

export function changeOf(item: Item): Change {
  const parsed = changeSchema.safeParse(json(item, 'change'));
  if (parsed.success) return parsed.data;
  throw invalidItem(item, 'change', parsed.error);
}

function packed(payload: PublishedPayload): Buffer {
  const text = JSON.stringify(payload);
  const bytes = Buffer.byteLength(text);
  const gzipped = gzipSync(text);
  if (bytes <= MAX_PAYLOAD_BYTES && gzipped.length <= MAX_GZIP_BYTES) return gzipped;
  throw new TourLambdaError(
    'TOUR_LAMBDA_PAYLOAD_TOO_LARGE',
    `the environment's live tours would take ${bytes} bytes, ${gzipped.length} gzipped; expected at most ${MAX_PAYLOAD_BYTES} and ${MAX_GZIP_BYTES}`,
    { hint: 'shorten or unpublish a tour; what was live stays live' },
  );
}

function publishedIn(item: Item, payload: Buffer): PublishedPayload {
  try {
    // Made by `packed`, in this function or an earlier version of it, of what the schema had let through.
    const value: PublishedPayload = JSON.parse(gunzipSync(payload).toString());
    if (value.format === 1) return value;
  } catch (cause) {
    throw invalidItem(item, 'payload', cause);
  }
  throw invalidItem(item, 'payload');
}
