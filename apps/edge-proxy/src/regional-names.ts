import { hostnameOf } from './authority.ts';
import type { Headers } from './headers.ts';
import type { Rules } from './rules.ts';

const ABSOLUTE = /^(?:https?:)?\/\/([^/?#]*)(.*)$/is;
const COOKIE_DOMAIN = /(;\s*domain\s*=\s*)\.?([^;\s]+)/gi;

/**
 * Puts the public name where an upstream's response names a region: a visitor who followed it would stay with that
 * region, and past the edge.
 */
export function publishNames(headers: Headers, rules: Rules): void {
  const location = headers['location'];
  if (typeof location === 'string') headers['location'] = publicLocation(location, rules);
  const cookies = headers['set-cookie'];
  if (typeof cookies === 'string') headers['set-cookie'] = publicCookie(cookies, rules);
  else if (cookies !== undefined)
    headers['set-cookie'] = cookies.map((cookie) => publicCookie(cookie, rules));
}

function publicLocation(location: string, { upstreamHosts, publicAuthority }: Rules): string {
  const [, authority, rest = ''] = ABSOLUTE.exec(location) ?? [];
  const host = hostnameOf(authority);
  return host !== undefined && upstreamHosts.has(host) ? `https://${publicAuthority}${rest}` : location;
}

const publicCookie = (cookie: string, { upstreamHosts, config }: Rules): string =>
  cookie.replaceAll(COOKIE_DOMAIN, (attribute: string, name: string, domain: string) =>
    upstreamHosts.has(domain.toLowerCase()) ? `${name}${config.publicHostname}` : attribute,
  );
