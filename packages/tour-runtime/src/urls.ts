import type { UrlRule } from '@isochrone/tours';

/** Whether a page is one of those that the rules name; without rules, any page is. */
export function matchesUrls(
  rules: readonly UrlRule[] = [],
  page: { readonly origin: string; readonly pathname: string },
): boolean {
  const matches = ({ op, value }: UrlRule): boolean => {
    const address = value.startsWith('/') ? page.pathname : page.origin + page.pathname;
    if (op === 'exact') return address === value;
    return op === 'prefix' ? address.startsWith(value) : matchesGlob(value, address);
  };
  const wanted = rules.filter(({ op }) => op !== 'not_glob');
  return (
    (wanted.length === 0 || wanted.some(matches)) &&
    !rules.some((rule) => rule.op === 'not_glob' && matches(rule))
  );
}

/**
 * `*` stands for any characters but `/`, `**` for any. Walks all ways to match at once, in the product of the two
 * lengths: a regular expression made of many stars could stop a customer's page.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const tokens = glob.match(/\*\*|./gsu) ?? [];
  let places = new Set<number>();
  // A star may also stand for nothing.
  const reach = (place: number, into: Set<number>): void => {
    into.add(place);
    if (tokens[place]?.startsWith('*')) reach(place + 1, into);
  };
  reach(0, places);
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === '**' || (token === '*' && character !== '/')) reach(place, next);
      else if (token === character) reach(place + 1, next);
    }
    places = next;
  }
  return places.has(tokens.length);
}

/** Whether pages of this host may show tours; `*.example.com` stands for all below it. */
export const matchesDomains = (domains: readonly string[] | undefined, hostname: string): boolean =>
  !domains ||
  domains.some((domain) =>
    domain.startsWith('*.') ? hostname.endsWith(domain.slice(1)) : hostname === domain,
  );
