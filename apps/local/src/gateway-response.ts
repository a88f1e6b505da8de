import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';

/** An HTTP response as the gateway sends it. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

const DEFAULT_CONTENT_TYPE = 'text/plain; charset=utf-8';

/**
 * The response that an HTTP API makes of what its function returned, payload format 2.0. A result without a
 * statusCode is a body, answered with 200 and application/json; one with a statusCode that is none is an error.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function gatewayResponse(result: unknown): GatewayResponse {
  if (!isRecord(result) || !('statusCode' in result)) {
    const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
    return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
  }
  const status = result['statusCode'];
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) {
    return internalServerError();
  }
  const headers = isRecord(result['headers'])
    ? Object.fromEntries(
        Object.entries(result['headers']).map(([name, value]) => [name.toLowerCase(), String(value)]),
      )
    : {};
  if (!Object.entries(headers).every(isSendable)) return internalServerError();
  const cookies = Array.isArray(result['cookies']) ? result['cookies'].map(String) : [];
  const body = typeof result['body'] === 'string' ? result['body'] : '';
  return {
    status,
    headers: {
      'content-type': DEFAULT_CONTENT_TYPE,
      ...headers,
      ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: Buffer.from(body, result['isBase64Encoded'] === true ? 'base64' : 'utf8'),
  };
}

/** What clients see when the function fails or returns what is no response. */
export const internalServerError = (): GatewayResponse => message(500, 'Internal Server Error');

/** What clients see when the function does not answer in time. */
export const integrationTimeout = (): GatewayResponse => message(503, 'Service Unavailable');

/** An error that API Gateway might answer with, under whatever status. */
export const failing = (status: number): GatewayResponse =>
  message(status, STATUS_CODES[status] ?? 'Internal Server Error');

export const requestTooLarge = (): GatewayResponse => message(413, 'Request Entity Too Large');

/** The 403 of a Host or server name that no custom domain of this API carries. */
export function forbidden(requestId: string): GatewayResponse {
  const { status, headers, body } = message(403, 'Forbidden');
  return {
    status,
    headers: { ...headers, 'x-amzn-errortype': 'ForbiddenException', 'x-amzn-requestid': requestId },
    body,
  };
}

function message(status: number, text: string): GatewayResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ message: text })),
  };
}

function isSendable([name, value]: readonly [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
