import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface EventRequest {
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly host?: string;
  readonly stage?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

export const apiHost = 'us-east-1-fast.example.com';

/** A payload 2.0 event as an HTTP API's custom domain sends it for a request that came through a proxy. */
export function eventOf(request: EventRequest): APIGatewayProxyEventV2 {
  const { method = 'GET', path, host = apiHost, stage = '$default', body, isBase64Encoded = false } = request;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: request.query ?? '',
    headers: {
      host,
      'user-agent': 'curl/8.9.1',
      'x-amzn-trace-id': 'Root=1-67400f3a-1a2b3c4d5e6f708192a3b4c5',
      'x-forwarded-for': '203.0.113.7, 198.51.100.4',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
      ...request.headers,
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'r3pmxmplak',
      domainName: host,
      domainPrefix: host.split('.')[0] ?? host,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '198.51.100.4', userAgent: 'curl/8.9.1' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage,
      time: '21/Nov/2026:19:03:58 +0000',
      timeEpoch: 1_795_287_838_000,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
}
