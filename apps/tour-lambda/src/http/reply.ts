import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

export type Headers = Readonly<Record<string, string>>;

/** An answer before it takes the gateway's shape. A Buffer is sent as bytes, a string as text. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body?: string | Buffer;
}

/** The answer as a payload 2.0 result; `common` headers give way to the reply's own. */
export function resultOf(reply: Reply, common: Headers, method: string): APIGatewayProxyStructuredResultV2 {
  const body = reply.body ?? '';
  const headers = { ...common, ...reply.headers };
  if (method === 'HEAD') {
    // RFC 9110, section 9.3.2: the same headers as GET; the length would otherwise be that of the empty body.
    // A 304 has none: it would have to be that of the 200 (section 8.6).
    const length =
      reply.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(reply.body)) };
    return {
      statusCode: reply.status,
      headers: { ...headers, ...length },
      body: '',
      isBase64Encoded: false,
    };
  }
  return typeof body === 'string'
    ? { statusCode: reply.status, headers, body, isBase64Encoded: false }
    : { statusCode: reply.status, headers, body: body.toString('base64'), isBase64Encoded: true };
}

export function jsonReply(status: number, value: unknown, headers: Headers = {}): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(value),
  };
}
