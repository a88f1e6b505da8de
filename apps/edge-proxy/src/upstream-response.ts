import type { Conversation } from './conversation.ts';
import {
  clientResponseHeaders,
  edgeHeaders,
  type Headers,
  type Received,
  serverTimingOf,
  viaOf,
} from './headers.ts';
import { publishNames } from './regional-names.ts';

/** The headers of an upstream's response as the client gets them, whichever way its body takes. */
export function clientHeadersOf({ rules, exchange }: Conversation, received: Received): Headers {
  const { instanceLabel } = rules;
  const headers = clientResponseHeaders(received);
  publishNames(headers, rules);
  headers['via'] = viaOf(headers, '1.1', instanceLabel);
  headers['server-timing'] = serverTimingOf(headers, instanceLabel, exchange.msUpstream ?? 0);
  Object.assign(headers, edgeHeaders(instanceLabel, exchange.requestId));
  if (exchange.upstream !== undefined) headers['x-edge-upstream'] = exchange.upstream;
  if (exchange.retried !== undefined) headers['x-edge-retried'] = exchange.retried;
  if (exchange.last) headers['connection'] = 'close';
  return headers;
}
