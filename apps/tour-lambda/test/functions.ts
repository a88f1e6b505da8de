import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { sampleAccount, sampleTour } from '@isochrone/tours';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createDelivery } from '../src/delivery/handler.ts';
import type { TourLambdaError } from '../src/errors.ts';
import type { Handler } from '../src/http/handler.ts';
import { createPublishing } from '../src/publishing/handler.ts';
import { type CompiledTopology, siteOf } from '../src/site.ts';
import type { StoreSettings } from '../src/store/client.ts';
import { openLiveStore } from '../src/store/live-store.ts';
import { openPublishingStore } from '../src/store/publishing-store.ts';
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

/** As long as the real runtime, and as hard to compress as minified code. */
export const runtime = `(function(data){globalThis.tours=data;/*${randomBytes(4096).toString('base64')}*/})`;

export interface Functions {
  readonly deliver: (request: EventRequest) => Promise<APIGatewayProxyStructuredResultV2>;
  readonly publish: (request: EventRequest) => Promise<APIGatewayProxyStructuredResultV2>;
  /** What was logged. */
  readonly logged: TourLambdaError[];
}

/** Both functions on one store, as in `us-east-1`. */
export function functionsOn(settings: StoreSettings, changes: Partial<CompiledTopology> = {}): Functions {
  const site = siteOf({ ...compiled, ...changes }, 'us-east-1', '0123456789abcdef');
  const logged: TourLambdaError[] = [];
  const log = (_level: 'error', error: TourLambdaError) => logged.push(error);
  const call = (handler: Handler) => (request: EventRequest) => handler(eventOf(request));
  return {
    deliver: call(createDelivery({ site, store: openLiveStore(settings), runtime, log })),
    publish: call(createPublishing({ site, store: openPublishingStore(settings), log })),
    logged,
  };
}

export const tourPath = `/v1/accounts/${sampleAccount}/tours/${sampleTour.id}`;

export const authorization = `Bearer ${publishKey}`;

/** A PUT of a tour document, with the sample account's key. */
export const putOf = (
  tour: { readonly id: string },
  headers: Readonly<Record<string, string>> = {},
): EventRequest => ({
  method: 'PUT',
  path: `/v1/accounts/${sampleAccount}/tours/${tour.id}`,
  headers: { authorization, 'content-type': 'application/json', ...headers },
  body: JSON.stringify(tour),
});

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
