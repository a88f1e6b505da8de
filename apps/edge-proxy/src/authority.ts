import type { IncomingHttpHeaders } from 'node:http';

/** `Host` and `:authority`: a name or an IPv4 address, then perhaps a port (RFC 9110, section 7.2). */
const HOST_AND_PORT = /^([a-z0-9._-]+)(?::\d{0,5})?$/i;
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** A name as clients mostly write it: nothing of it has to be changed. */
const PLAIN = /^[a-z0-9.-]+$/;

/** The hostname of a `Host` header or an `:authority`, lower case and without its port; undefined where there is none. */
export function hostnameOf(authority: string | undefined): string | undefined {
  if (authority === undefined || PLAIN.test(authority)) return authority;
  return HOST_AND_PORT.exec(authority)?.[1]?.toLowerCase();
}

export interface RequestTarget {
  /** What an absolute-form target names; it outranks the Host header (RFC 9112, section 3.2.2). */
  readonly authority: string | undefined;
  /** Path and query. */
  readonly path: string;
}

/** Takes a request target apart, whichever its form: `/path?query` or `https://host/path?query`. */
export function requestTarget(target: string): RequestTarget {
  if (target.startsWith('/')) return { authority: undefined, path: target };
  const [, authority, rest = ''] = ABSOLUTE_FORM.exec(target) ?? [];
  if (authority === undefined) return { authority: undefined, path: target };
  return { authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** The hostname that a request asks for, whichever protocol it came by; `authority` is its target's, if it has one. */
export function askedHostname(
  authority: string | undefined,
  headers: IncomingHttpHeaders,
): string | undefined {
  const pseudo = headers[':authority'];
  return hostnameOf(authority ?? (typeof pseudo === 'string' ? pseudo : headers.host));
}
