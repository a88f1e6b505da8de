import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { sampleTour } from '@isochrone/tours';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createDelivery } from '../src/delivery/handler.ts';
import type { TourLambdaError } from '../src/errors.ts';
import type { Handler } from '../src/http/handler.ts';
import type { Log } from '../src/log.ts';
import type { Tables } from '../src/publishing/authorise.ts';
import { createPublishing } from '../src/publishing/handler.ts';
import { type CompiledTopology, siteOf } from '../src/site.ts';
import type { StoreSettings } from '../src/store/client.ts';
import { openDeliveryStore } from '../src/store/delivery-store.ts';
import { openTable, type Table } from '../src/store/table.ts';
import { type EventRequest, eventOf } from './events.ts';
import { publishKey } from './store.ts';

export const compiled: CompiledTopology = {
  topology: 'example',
  publicHostname: 'fast.example.com',
  ingress: 'proxy',
  home: 'us-east-1',
  cache: 'no-cache',
  regions: {
    'us-east-1': { api: 'us-east-1-fast.example.com', staging: 'staging-us-east-1-fast.example.com' },
    'eu-west-1': { api: 'eu-west-1-fast.example.com', staging: 'staging-eu-west-1-fast.example.com' },
  },
};

/** As long as the real runtime, and as hard to compress as minified code; no digit spells what a test looks for. */
export const runtime = `(function(data){globalThis.tours=data;/*${randomBytes(4096).toString('hex')}*/})`;

export type Answer = APIGatewayProxyStructuredResultV2;

export interface Functions {
  readonly deliver: (request: EventRequest) => Promise<Answer>;
  readonly publish: (request: EventRequest) => Promise<Answer>;
  /** What was logged. */
  readonly logged: TourLambdaError[];
  /** What was written down of events. */
  readonly reported: Readonly<Record<string, unknown>>[];
}

export interface FunctionChanges extends Partial<CompiledTopology> {
  readonly tables?: Tables;
  readonly now?: () => number;
}

/** Both functions on one store, as in `us-east-1`. */
export function functionsOn(settings: StoreSettings, changes: FunctionChanges = {}): Functions {
  const { tables, now = Date.now, ...topology } = changes;
  const site = siteOf({ ...compiled, ...topology }, 'us-east-1', '0123456789abcdef');
  const logged: TourLambdaError[] = [];
  const reported: Readonly<Record<string, unknown>>[] = [];
  const log: Log = (_level, error) => logged.push(error);
  const report = (record: Readonly<Record<string, unknown>>) => reported.push(record);
  const call = (handler: Handler) => (request: EventRequest) => handler(eventOf(request));
  const store = openDeliveryStore(settings);
  return {
    deliver: call(createDelivery({ site, store, runtime, log, report, now })),
    publish: call(createPublishing({ site, tables: tables ?? tablesOn(openTable(settings)), log, now })),
    logged,
    reported,
  };
}

/** A table that has no replicas. */
export const tablesOn = (table: Table): Tables => ({ here: table, home: table, all: [table] });

export const authorization = `Bearer ${publishKey}`;

/** A request to the publishing API with the sample account's key; a body is sent as JSON. */
export const api = (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): EventRequest => {
  const [bare = path, query = ''] = path.split('?');
  return {
    method,
    path: bare,
    query,
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
};

/** Replaces a tour's draft, whatever it was, or makes it. */
export const putOf = (
  tour: { readonly id: string },
  headers: Readonly<Record<string, string>> = { 'if-match': '*' },
): EventRequest => api('PUT', `/v1/tours/${tour.id}/draft`, tour, headers);

export const publishOf = (tour: { readonly id: string }, query = ''): EventRequest =>
  api('POST', `/v1/tours/${tour.id}/publish${query}`, {});

/** Stores a tour and makes it live; answers what the second request did. */
export async function release(
  { publish }: Pick<Functions, 'publish'>,
  tour: Readonly<Record<string, unknown>> & { readonly id: string },
): Promise<Answer> {
  const stored = await publish(putOf(tour));
  if (stored.statusCode === 404) await publish(putOf(tour, { 'if-none-match': '*' }));
  return publish(publishOf(tour));
}

/** The sample tour, with another name of its first step. */
export const sampleTourTitled = (title: string) => {
  const [first, ...others] = sampleTour.steps;
  if (first === undefined) throw new Error('the sample tour has no step');
  const en = { ...first.content['en'], body: [{ kind: 'paragraph', text: 'as tested' }], title };
  return { ...sampleTour, steps: [{ ...first, content: { ...first.content, en } }, ...others] };
};

/** The text of an answer's body, decoded as a browser would. */
export function textOf({ body = '', isBase64Encoded, headers }: APIGatewayProxyStructuredResultV2): string {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const coding = headers?.['content-encoding'];
  if (coding === 'br') return brotliDecompressSync(bytes).toString();
  if (coding === 'gzip') return gunzipSync(bytes).toString();
  return bytes.toString();
}

export const jsonOf = (answer: APIGatewayProxyStructuredResultV2): unknown => JSON.parse(textOf(answer));
