import type { Readable } from 'node:stream';
import { hasBody, limitedBody } from './body.ts';
import type { Conversation } from './conversation.ts';
import { type Headers, upstreamRequestHeaders, viaOf } from './headers.ts';

/** The headers of the request that an upstream gets, but for Host. */
export function upstreamHeadersOf({ rules, exchange, request }: Conversation, body: boolean): Headers {
  const headers = upstreamRequestHeaders(request.headers, {
    address: exchange.client,
    hostname: exchange.host ?? rules.config.publicHostname,
    requestId: exchange.requestId,
    bodyless: !body,
  });
  headers['via'] = viaOf(headers, request.httpVersion, rules.instanceLabel);
  return headers;
}

/** The body of a request, if it has one, within its limits. */
export function upstreamBodyOf({ rules, request }: Conversation): Readable | null {
  if (!hasBody(request)) return null;
  const { limits, timeouts } = rules.config;
  // A silent HTTP/1.1 client is cut by its connection's timeout; an HTTP/2 connection may be busy with other streams.
  const silence = request.httpVersionMajor === 2 ? { silence: timeouts.client } : {};
  return limitedBody(request, { bytes: limits.bodyBytes, ...silence });
}
