import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What the gateway knows of a request besides the request itself. */
export interface GatewayRequest {
  readonly message: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;
  readonly body: Buffer;
  /** The Host that the client sent, without its port, lower case. */
  readonly host: string;
  readonly stage: string;
  readonly routeKey: string;
  readonly sourceIp: string;
  readonly port: number;
  readonly requestId: string;
  readonly now: Date;
}

const ACCOUNT_ID = '000000000000';

/**
 * The event that an HTTP API hands to its function, payload format 2.0: header names in lower case, repeated ones
 * joined by commas, cookies apart, the path decoded and led by a named stage, the query string as sent.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function gatewayEvent(request: GatewayRequest): APIGatewayProxyEventV2 {
  const { message, host, stage, routeKey, sourceIp, requestId, now } = request;
  const target = message.url ?? '/';
  const [path = '/', ...query] = target.split('?');
  const rawQueryString = query.join('?');
  const rawPath = `/${stage}${decodedPath(path)}`;
  const cookies = message.headers.cookie?.split(/;\s*/).filter((cookie) => cookie !== '') ?? [];
  const queryStringParameters = joinedQuery(rawQueryString);
  const text = isText(message.headers['content-type']);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: gatewayHeaders(request),
    ...(queryStringParameters ? { queryStringParameters } : {}),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: host.split('.', 1)[0] ?? host,
      domainName: host,
      domainPrefix: host.split('.', 1)[0] ?? host,
      http: {
        method: message.method ?? 'GET',
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp,
        userAgent: message.headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage,
      time: commonLogTime(now),
      timeEpoch: now.getTime(),
    },
    ...(request.body.length > 0 ? { body: request.body.toString(text ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: request.body.length > 0 && !text,
  };
}

function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const OWN_HEADERS: ReadonlySet<string> = new Set([
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
  'cookie',
  'connection',
  'transfer-encoding',
]);

function gatewayHeaders({ message, sourceIp, port, now }: GatewayRequest): Record<string, string> {
  const joined = new Map<string, string>();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    const name = (message.rawHeaders[index] ?? '').toLowerCase();
    const value = message.rawHeaders[index + 1] ?? '';
    if (OWN_HEADERS.has(name)) continue;
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  const forwarded = message.headers['x-forwarded-for'];
  return {
    ...Object.fromEntries(joined),
    'x-amzn-trace-id': `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'x-forwarded-for': forwarded ? `${String(forwarded)}, ${sourceIp}` : sourceIp,
    'x-forwarded-port': String(port),
    'x-forwarded-proto': 'https',
  };
}

function joinedQuery(rawQueryString: string): Record<string, string> | undefined {
  if (rawQueryString === '') return undefined;
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

function isText(contentType: string | undefined): boolean {
  return (
    contentType === undefined ||
    /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript)\b)/i.test(contentType)
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(now.getUTCDate())}/${MONTHS[now.getUTCMonth()] ?? ''}/${now.getUTCFullYear()}`;
  return `${day}:${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`;
}

/** 15 characters and a `=`, as API Gateway writes its request ids. */
export const gatewayRequestId = (): string => `${randomBytes(12).toString('base64url').slice(0, 15)}=`;

/** The request id of an error that the gateway makes itself. */
export const amznRequestId = (): string => randomUUID();
