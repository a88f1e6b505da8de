import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** What the functions see of a request. */
export interface IncomingRequest {
  readonly id: string;
  readonly method: string;
  /** Percent-decoded by the gateway, without the stage's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower case, without a port. */
  readonly host: string;
  /** Lower-case names; repeated headers are joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Reads a payload 2.0 event (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html). */
export function requestOf(event: APIGatewayProxyEventV2): IncomingRequest {
  const { http, domainName, stage, requestId } = event.requestContext;
  return {
    id: requestId,
    method: http.method,
    path: withoutStage(event.rawPath, stage),
    query: new URLSearchParams(event.rawQueryString),
    host: hostOf(domainName),
    headers: event.headers,
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** A stage other than $default stands in front of the path, as in `/live/acme.js`. */
function withoutStage(path: string, stage: string): string {
  const prefix = `/${stage}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length - 1) : path;
}

function hostOf(authority: string): string {
  return authority.replace(/:\d+$/, '').toLowerCase();
}
