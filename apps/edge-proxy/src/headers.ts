import type { IncomingHttpHeaders } from 'node:http';

/** By lower-case name; a list where the message had several fields of that name. */
export type Headers = Record<string, string | string[]>;

/** About one connection, not about the message that it carries (RFC 9110, section 7.6.1; RFC 9113, section 8.2.2). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Says who the client is, and whoever believes it from a client lets the client choose; or is for this hop: `Expect`
 * was answered by this proxy's own server, `Host` is set for each upstream that is tried.
 */
const REBUILT: ReadonlySet<string> = new Set(['expect', 'forwarded', 'host', 'x-real-ip', 'x-request-id']);

/** The same, of whole families of names. */
const isRebuilt = (name: string): boolean =>
  REBUILT.has(name) ||
  name.startsWith('x-forwarded-') ||
  name.startsWith('x-amzn-') ||
  name.startsWith('x-edge') ||
  name.startsWith(':');

/** What this proxy says of itself: an upstream must not say it in its place. */
const isClaimOfEdge = (name: string): boolean => name === 'x-request-id' || name.startsWith('x-edge');

/** undici gives any header as a list that an upstream repeats, whatever Node's type says. */
export type Received = Readonly<Record<string, string | readonly string[] | undefined>>;

const NO_NAMES: readonly string[] = [];

/** Lower-case names that a message's `Connection` header lists. */
function connectionNames({ connection }: Received): readonly string[] {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return NO_NAMES;
  return [connection]
    .flat()
    .join(',')
    .split(',')
    .map((name) => name.trim().toLowerCase());
}

/** Headers that hold one value (RFC 9110, section 5.3): of several, the first counts; HTTP/2 refuses to send two. */
const SINGLE_VALUED: ReadonlySet<string> = new Set([
  'age',
  'content-length',
  'content-location',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'server',
]);

function sendable(name: string, value: string | readonly string[]): string | string[] {
  if (typeof value === 'string') return value;
  if (name === 'set-cookie') return [...value];
  return SINGLE_VALUED.has(name) ? (value[0] ?? '') : value.join(', ');
}

/** The headers that stay: what the message names in Connection falls before anything of ours is added. */
function keep(headers: Received, isOurs: (name: string) => boolean): Headers {
  const connection = connectionNames(headers);
  const kept: Headers = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || HOP_BY_HOP.has(name) || isOurs(name)) continue;
    if (connection.length === 0 || !connection.includes(name)) kept[name] = sendable(name, value);
  }
  return kept;
}

/** The client's side of one request, as this proxy saw it. */
export interface ClientSide {
  /** Address of the connection's other end. */
  readonly address: string;
  /** The name that the client asked for, without a port. */
  readonly hostname: string;
  readonly requestId: string;
  /** Whether the method carries no body. */
  readonly bodyless: boolean;
}

/** The headers that an upstream gets, but for Host: the client's own, with everything about the way here rebuilt. */
export function upstreamRequestHeaders(headers: IncomingHttpHeaders, client: ClientSide): Headers {
  const kept = keep(headers, isRebuilt);
  // A length without its body would break the upstream connection's framing.
  if (client.bodyless) delete kept['content-length'];
  kept['x-forwarded-for'] = client.address;
  kept['x-forwarded-host'] = client.hostname;
  kept['x-forwarded-proto'] = 'https';
  kept['x-request-id'] = client.requestId;
  return kept;
}

/** The upstream's headers that the client gets; `clientHeadersOf` adds what the edge says. */
export function clientResponseHeaders(headers: Received): Headers {
  return keep(headers, isClaimOfEdge);
}

/** A message's Via, with this proxy added to the others (RFC 9110, section 7.6.3). */
export const viaOf = (received: Received, version: string, instanceLabel: string): string =>
  listed(received['via'], `${version} ${instanceLabel}`);

/** `Server-Timing` of a response that took `ms` milliseconds to begin: https://www.w3.org/TR/server-timing/ */
export const serverTimingOf = (received: Received, instanceLabel: string, ms: number): string =>
  listed(received['server-timing'], `edge;desc="${instanceLabel}";dur=${ms}`);

function listed(before: string | readonly string[] | undefined, last: string): string {
  if (before === undefined) return last;
  return `${typeof before === 'string' ? before : before.join(', ')}, ${last}`;
}

/** What every answer carries, whoever made it: the request's id, the instance and its engine. */
export const edgeHeaders = (instanceLabel: string, requestId: string): Readonly<Record<string, string>> => ({
  'x-edge': instanceLabel,
  'x-edge-engine': 'fastify',
  'x-request-id': requestId,
});

/** Bytes of all names and values, with the colon, space and line end that HTTP/1.1 would put between them. */
export const headBytes = (rawHeaders: readonly string[]): number =>
  rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
