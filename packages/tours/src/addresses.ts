import * as z from 'zod';
import { limits } from './limits.ts';

// A host that cannot exist (RFC 2606, section 2) shows whether an address leads off the page's own site.
const PAGE = 'https://page.invalid/';

/** What browsers drop or mend while they parse an address, so that it would not be what it looks like. */
const MENDED = /[\p{Cc}\p{Surrogate}\s\\]/u;

/**
 * Whether a browser that follows this address goes to an https page, writes a mail, or stays on the page's site.
 * Anything that the WHATWG URL parser would mend first, such as a line feed inside `javascript:`, is refused.
 */
export function isSafeLink(href: string): boolean {
  const url = parse(href);
  if (url === undefined) return false;
  return /^mailto:/i.test(href) ? url.protocol === 'mailto:' : isSafeWebAddress(href, url);
}

/** The same for what is fetched rather than followed: https, or the page's own site. */
export function isSafeSource(src: string): boolean {
  const url = parse(src);
  return url !== undefined && isSafeWebAddress(src, url);
}

function isSafeWebAddress(written: string, url: URL): boolean {
  if (url.username !== '' || url.password !== '' || url.protocol !== 'https:') return false;
  if (/^https:\/\/[^/]/i.test(written)) return true;
  // No scheme: a path, a query or a fragment. `//host` would leave the site, and `https:path` depends on the page.
  return url.origin === new URL(PAGE).origin && /^[/?#.]/.test(written) && !written.startsWith('//');
}

const parse = (address: string): URL | undefined =>
  MENDED.test(address) ? undefined : (URL.parse(address, PAGE) ?? undefined);

/** Marks the problems of addresses, which get a code of their own. */
export const UNSAFE = { unsafe: true };

export const linkSchema = z.string().min(1).max(limits.link).refine(isSafeLink, {
  error: 'expected an https or mailto link, or one that begins with / ? # or .',
  params: UNSAFE,
});

export const sourceSchema = z.string().min(1).max(limits.link).refine(isSafeSource, {
  error: 'expected an https address, or one that begins with / or .',
  params: UNSAFE,
});
