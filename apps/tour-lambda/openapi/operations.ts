import type { SchemaName } from './schemas.ts';

export interface Answered {
  /** Of the body; without one where it is absent. */
  readonly schema?: SchemaName;
  /** `application/json` where it is absent. */
  readonly type?: string;
  /** Besides those that every answer has. */
  readonly headers?: readonly string[];
  readonly description: string;
}

export interface Described {
  readonly id: string;
  readonly summary: string;
  readonly body?: SchemaName;
  /** Whether a request may come without it. */
  readonly bodyOptional?: true;
  readonly query?: readonly ('limit' | 'cursor' | 'wait' | 'seconds' | 'from' | 'to')[];
  readonly requestHeaders?: readonly (
    | 'If-Match'
    | 'If-None-Match'
    | 'Idempotency-Key'
    | 'Accept-Encoding'
    | 'Sec-GPC'
  )[];
  readonly success: Readonly<Record<number, Answered>>;
  /** Problem documents, besides those that every operation has. */
  readonly problems: readonly number[];
}

const BODY = [400, 413, 415, 422] as const;
const ok = (schema: SchemaName, description: string, headers: readonly string[] = []): Answered => ({
  schema,
  description,
  headers,
});
const paged = { query: ['limit', 'cursor'], problems: [400] } as const;
const released = {
  200: ok('Released', 'Done: the environment is at this revision.', ['Idempotency-Replayed']),
} as const;
const release = {
  bodyOptional: true,
  query: ['wait', 'seconds'],
  success: released,
} as const;

/** Everything under `/v1/`, by method and path. */
export const publishing: Readonly<Record<string, Described>> = {
  'GET /v1/tours': {
    id: 'listTours',
    summary: 'List the tours of the account',
    ...paged,
    success: { 200: ok('TourPage', 'A page of tours.') },
  },
  'POST /v1/tours': {
    id: 'createTour',
    summary: 'Make a tour; its id is made, too, where it is left out',
    body: 'NewTour',
    requestHeaders: ['Idempotency-Key'],
    success: { 201: ok('TourSummary', 'Made.', ['Location', 'ETag']) },
    problems: [...BODY, 409],
  },
  'GET /v1/tours/{tour}': {
    id: 'getTour',
    summary: 'See where a tour is live',
    success: { 200: ok('TourState', 'The tour.', ['ETag']) },
    problems: [404],
  },
  'DELETE /v1/tours/{tour}': {
    id: 'deleteTour',
    summary: 'Delete a tour that is live nowhere',
    requestHeaders: ['If-Match'],
    success: {
      204: { description: 'It is gone; the ledger keeps what was live, and another tour may take its id.' },
    },
    problems: [404, 409, 412],
  },
  'GET /v1/tours/{tour}/draft': {
    id: 'getDraft',
    summary: 'Read the draft of a tour',
    success: { 200: ok('Tour', 'The document.', ['ETag']) },
    problems: [404],
  },
  'PUT /v1/tours/{tour}/draft': {
    id: 'putDraft',
    summary: 'Replace the draft of a tour; what is live stays live',
    body: 'Tour',
    requestHeaders: ['If-Match', 'If-None-Match'],
    success: {
      200: ok('TourSummary', 'Replaced.', ['ETag']),
      201: ok('TourSummary', 'Made.', ['Location', 'ETag']),
    },
    problems: [...BODY, 404, 412, 428],
  },
  'POST /v1/tours/{tour}/publish': {
    id: 'publishTour',
    summary: 'Make the draft of a tour live',
    body: 'Release',
    requestHeaders: ['If-Match', 'Idempotency-Key'],
    ...release,
    problems: [...BODY, 404, 409, 412],
  },
  'POST /v1/tours/{tour}/unpublish': {
    id: 'unpublishTour',
    summary: 'Take a tour away',
    body: 'Release',
    requestHeaders: ['Idempotency-Key'],
    ...release,
    problems: [...BODY, 404, 409],
  },
  'POST /v1/tours/{tour}/rollback': {
    id: 'rollbackTour',
    summary: 'Make an old revision of a tour live again, as a new revision of the environment',
    body: 'Rollback',
    requestHeaders: ['Idempotency-Key'],
    query: ['wait', 'seconds'],
    success: released,
    problems: [...BODY, 404, 409],
  },
  'GET /v1/tours/{tour}/revisions': {
    id: 'listRevisions',
    summary: 'List the revisions of a tour, the newest first',
    query: ['limit', 'cursor'],
    success: { 200: ok('RevisionPage', 'A page of revisions.') },
    problems: [400, 404],
  },
  'GET /v1/tours/{tour}/revisions/{revision}': {
    id: 'getRevision',
    summary: 'Read a revision of a tour',
    success: { 200: ok('Revision', 'The revision, with its document.') },
    problems: [404],
  },
  'POST /v1/tours/{tour}/preview-tokens': {
    id: 'createPreview',
    summary: 'Make a token that shows the draft as it is now, for an hour at most',
    body: 'PreviewRequest',
    bodyOptional: true,
    success: { 201: ok('PreviewToken', 'Made; every region knows it.') },
    problems: [...BODY, 404],
  },
  'GET /v1/tours/{tour}/counters': {
    id: 'getCounters',
    summary: 'See how often a tour was shown, completed and dismissed, by day',
    query: ['from', 'to'],
    success: { 200: ok('Counters', 'All regions together.') },
    problems: [400, 404],
  },
  'GET /v1/environments': {
    id: 'listEnvironments',
    summary: 'List the environments of the account',
    ...paged,
    success: { 200: ok('EnvironmentPage', 'A page of environments.') },
  },
  'GET /v1/environments/{environment}': {
    id: 'getEnvironment',
    summary: 'Read the settings of an environment, and what is live in it',
    success: { 200: ok('EnvironmentState', 'The environment.', ['ETag']) },
    problems: [404],
  },
  'PUT /v1/environments/{environment}': {
    id: 'putEnvironment',
    summary: 'Change the settings of an environment, or make it; it takes effect at once',
    body: 'Environment',
    requestHeaders: ['If-Match', 'If-None-Match'],
    success: {
      200: ok('Configured', 'Changed.', ['ETag']),
      201: ok('Configured', 'Made.', ['ETag', 'Location']),
    },
    problems: [...BODY, 404, 412, 428],
  },
  'GET /v1/keys': {
    id: 'listKeys',
    summary: 'List the keys of the account, without what opens doors',
    ...paged,
    success: { 200: ok('KeyPage', 'A page of keys.') },
  },
  'POST /v1/keys': {
    id: 'createKey',
    summary: 'Make a key; it is shown once',
    body: 'NewKey',
    requestHeaders: ['Idempotency-Key'],
    success: { 201: ok('IssuedKey', 'Made; `key` is not shown again.', ['Location']) },
    problems: [...BODY, 409],
  },
  'DELETE /v1/keys/{key}': {
    id: 'revokeKey',
    summary: 'Revoke a key',
    success: { 204: { description: 'It opens nothing any more.' } },
    problems: [404],
  },
  'GET /v1/audit': {
    id: 'listChanges',
    summary: 'See who changed what is live, the newest change first',
    ...paged,
    success: { 200: ok('ChangePage', 'A page of changes.') },
  },
};

const scriptHeaders = ['ETag', 'Vary', 'Server-Timing', 'X-Tours-Revision'] as const;
const script: Described['success'] = {
  200: {
    type: 'text/javascript; charset=utf-8',
    headers: [...scriptHeaders, 'Content-Encoding'],
    description: 'The script; one that does nothing where the environment or its account is suspended.',
  },
  304: { headers: scriptHeaders, description: 'The browser has it already.' },
};
const delivered = {
  requestHeaders: ['If-None-Match', 'Accept-Encoding'],
  success: script,
  problems: [404],
} as const;

/** What browsers ask for. */
export const delivery: Readonly<Record<string, Described>> = {
  'GET /{account}.js': {
    id: 'getScript',
    summary: 'Load the script of the environment `production`',
    ...delivered,
  },
  'GET /{account}/{environment}.js': {
    id: 'getEnvironmentScript',
    summary: 'Load the script of an environment',
    ...delivered,
  },
  'POST /e/{account}': {
    id: 'report',
    summary: 'Report what happened to tours',
    body: 'EventReport',
    requestHeaders: ['Sec-GPC'],
    success: { 204: { description: 'Counted, or passed over where it may not be.' } },
    problems: [400, 404, 413],
  },
  'GET /preview/{token}': {
    id: 'getPreview',
    summary: 'Look at a draft',
    success: { 200: ok('Preview', 'The draft, as it would be published.') },
    problems: [401, 410],
  },
  'GET /healthz': {
    id: 'getHealth',
    summary: 'Ask whether the region can answer',
    success: { 200: ok('Health', 'It can.') },
    problems: [],
  },
};

/** Problems that any operation can have: under `/v1/`, and elsewhere. */
export const everywhere = { publishing: [401, 403, 421, 503], delivery: [421, 503] } as const;

/** Headers of every answer of a function. */
export const commonHeaders = {
  publishing: ['Cache-Control', 'CDN-Cache-Control', 'X-Content-Type-Options', 'X-Region', 'X-Bundle'],
  delivery: [
    'Access-Control-Allow-Origin',
    'Cache-Control',
    'CDN-Cache-Control',
    'Cross-Origin-Resource-Policy',
    'Timing-Allow-Origin',
    'X-Content-Type-Options',
    'X-Region',
    'X-Bundle',
  ],
} as const;

/** Headers that problems of a status have besides. */
export const problemHeaders: Readonly<Partial<Record<number, readonly string[]>>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  415: ['Accept'],
  503: ['Retry-After'],
};
