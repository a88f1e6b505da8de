import * as z from 'zod';
import { operations as served } from '../src/publishing/operations.ts';
import {
  type Answered,
  commonHeaders,
  type Described,
  delivery,
  everywhere,
  problemHeaders,
  publishing,
} from './operations.ts';
import { inputs, outputs } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;
type Part = 'publishing' | 'delivery';

export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: {
    readonly securitySchemes: Json;
    readonly headers: Readonly<Record<string, Json>>;
    readonly responses: Readonly<Record<string, ApiResponse>>;
    readonly schemas: Readonly<Record<string, Json>>;
  };
  readonly [key: string]: unknown;
}

export interface ApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly description: string;
  }[];
  readonly requestBody?: Json;
  /** Those of errors are references to the components. */
  readonly responses: Readonly<Record<string, ApiResponse | Reference>>;
}

/** A type, because an interface is no record. */
export type Reference = { readonly $ref: string };

export interface ApiResponse {
  readonly description: string;
  readonly headers: Readonly<Record<string, Json>>;
  readonly content?: Readonly<Record<string, Json>>;
}

/** The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1) of both functions. */
export function apiDocument(): ApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Isochrone tours',
      version: '1',
      description: 'Publishing of tours under `/v1/`, and their delivery to browsers.',
    },
    servers: [{ url: 'https://fast.trychameleon.com' }],
    security: [{ bearer: [] }],
    paths: { ...pathsOf('publishing', publishing), ...pathsOf('delivery', delivery) },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A key of the account.' } },
      headers: headers(),
      responses: problemResponses(),
      schemas: schemas(),
    },
  };
}

function pathsOf(part: Part, described: Readonly<Record<string, Described>>): ApiDocument['paths'] {
  const paths: Record<string, Record<string, ApiOperation>> = {};
  for (const [key, operation] of Object.entries(described)) {
    const [method = '', path = ''] = key.split(' ');
    const operations = {
      ...paths[path],
      [method.toLowerCase()]: operationOf(part, path, operation, scopeOf(key)),
    };
    paths[path] = operations;
    const isScript = path.endsWith('.js');
    if (isScript) {
      const id = operation.id.replace('get', 'head');
      operations['head'] = withoutContent({
        ...operationOf(part, path, operation, undefined),
        operationId: id,
      });
    }
  }
  return paths;
}

const scopeOf = (key: string): string | undefined =>
  served.find(({ method, path }) => `${method} ${path}` === key)?.scope;

function operationOf(
  part: Part,
  path: string,
  described: Described,
  scope: string | undefined,
): ApiOperation {
  const { id, summary, body, bodyOptional, success, problems } = described;
  const type = part === 'delivery' ? 'text/plain' : 'application/json';
  const statuses = [...new Set([...problems, ...everywhere[part]])].toSorted((a, b) => a - b);
  return {
    operationId: id,
    summary,
    ...(scope === undefined ? {} : { description: `Needs the scope \`${scope}\`.` }),
    ...(part === 'delivery' ? { security: [] } : {}),
    parameters: [
      ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => pathParameter(name)),
      ...(described.query ?? []).map(queryParameter),
      ...(described.requestHeaders ?? []).map(headerParameter),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: bodyOptional !== true, content: { [type]: { schema: reference(body) } } },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(success).map(([status, answered]) => [status, responseOf(part, answered)]),
      ),
      ...Object.fromEntries(
        statuses.map((status) => [status, { $ref: `#/components/responses/${part}-${status}` }]),
      ),
    },
  };
}

/** RFC 9110, section 15; what the codes mean is in docs/errors.md. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read.',
  401: 'No key, or one that nobody has.',
  403: 'The key may not do this.',
  404: 'There is no such thing in the account.',
  409: 'Something else stands in the way.',
  410: 'It was there, and has expired.',
  412: 'It has changed since it was read.',
  413: 'The body is too large.',
  415: 'The body is of another type.',
  421: 'The host is not one of this region.',
  422: 'The document is not valid; `errors` has a JSON Pointer for each problem.',
  428: 'The request does not say what it replaces.',
  503: 'The store does not answer.',
};

function problemResponses(): Readonly<Record<string, ApiResponse>> {
  const parts = [
    ['publishing', publishing],
    ['delivery', delivery],
  ] as const;
  return Object.fromEntries(
    parts.flatMap(([part, described]) => {
      const own = Object.values(described).flatMap(({ problems }) => problems);
      return [...new Set([...own, ...everywhere[part]])]
        .toSorted((a, b) => a - b)
        .map((status) => [`${part}-${status}`, responseOf(part, problem(status))]);
    }),
  );
}

const problem = (status: number): Answered => ({
  schema: 'Problem',
  type: 'application/problem+json',
  description: REASONS[status] ?? 'Something is wrong.',
  headers: problemHeaders[status] ?? [],
});

function headers(): Readonly<Record<string, Json>> {
  const names = [
    ...Object.values(commonHeaders).flat(),
    ...Object.values(problemHeaders).flat(),
    ...[...Object.values(publishing), ...Object.values(delivery)].flatMap(({ success }) =>
      Object.values(success).flatMap(({ headers: own = [] }) => own),
    ),
    'Content-Length',
  ].flatMap((name) => name ?? []);
  return Object.fromEntries(
    [...new Set(names)].toSorted().map((name) => [name, { schema: { type: 'string' } }]),
  );
}

const headerReference = (name: string): Reference => ({ $ref: `#/components/headers/${name}` });

const responseOf = (part: Part, { description, schema, type, headers = [] }: Answered): ApiResponse => ({
  description,
  headers: Object.fromEntries(
    [...headers, ...commonHeaders[part]].toSorted().map((name) => [name, headerReference(name)]),
  ),
  ...(schema === undefined && type === undefined
    ? {}
    : {
        content: {
          [type ?? 'application/json; charset=utf-8']: {
            schema: schema === undefined ? { type: 'string' } : reference(schema),
          },
        },
      }),
});

/** Of HEAD: what GET would answer, but for the body, of which it says how long it would be. */
const withoutContent = ({ responses, ...operation }: ApiOperation): ApiOperation => ({
  ...operation,
  responses: Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const whole = '$ref' in response ? responseOf('delivery', problem(Number(status))) : response;
      const { content: _, headers: own, ...rest } = whole;
      // A 304 has no length: it would have to be that of the 200.
      const length = status === '304' ? {} : { 'Content-Length': headerReference('Content-Length') };
      return [status, { ...rest, headers: { ...own, ...length } }];
    }),
  ),
});

const PARAMETERS: Readonly<Record<string, string>> = {
  account: 'Key of the account.',
  environment: 'Key of the environment.',
  key: 'Id of the key.',
  revision: 'Number of the revision.',
  token: 'A preview token.',
  tour: 'Id of the tour.',
  limit: 'How many items a page has: 1 to 100, 50 without it.',
  cursor: 'The `next` of the page before.',
  wait: '`all`: answer when every region has it, or `seconds` are over: a region that has not by then lacks `afterMs`. `none`: answer at once.',
  seconds: 'How long to wait at most: 1 to 20, 10 without it.',
  from: 'The first day, such as 2027-01-31.',
  to: 'The last day.',
  'If-Match': 'ETag of what is replaced, or published.',
  'If-None-Match': '`*` to make what is not there; for scripts, the ETag of what the browser has.',
  'Idempotency-Key':
    'Up to 128 visible characters: the same request with the same key is done once in a day.',
  'Accept-Encoding': '`br`, `gzip` and `identity` are understood.',
  'Sec-GPC': '`1`: the visitor is not to be counted.',
};

const parameter = (where: string, required: boolean) => (name: string) => ({
  name,
  in: where,
  required,
  description: PARAMETERS[name] ?? '',
  schema: { type: 'string' },
});
const pathParameter = parameter('path', true);
const queryParameter = parameter('query', false);
const headerParameter = parameter('header', false);

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

function schemas(): Readonly<Record<string, Json>> {
  const found: Record<string, Json> = {};
  const add = (name: string, schema: z.ZodType, io: 'input' | 'output'): void => {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io });
    for (const [id, definition] of Object.entries({ [name]: own, ...$defs })) found[id] = lifted(definition);
  };
  for (const [name, schema] of Object.entries(outputs)) add(name, schema, 'output');
  for (const [name, schema] of Object.entries(inputs)) add(name, schema, 'input');
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** With definitions that stand beside the others, as OpenAPI has them. */
const lifted = (schema: unknown): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
