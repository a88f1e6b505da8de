import type { RegionName } from './regions.ts';

/** What names are made from. */
export interface Naming {
  readonly service: string;
  readonly domain: string;
}

/** The name that browsers ask for: `S.D`. */
export const publicHostname = ({ service, domain }: Naming): string => `${service}.${domain}`;

/** The group of a region's proxies: `proxy-R-S.D`. */
export const proxyGroupHostname = ({ service, domain }: Naming, region: RegionName): string =>
  `proxy-${region}-${service}.${domain}`;

/** One proxy instance: `proxyN-R-S.D`. */
export const proxyHostname = ({ service, domain }: Naming, region: RegionName, number: number): string =>
  `proxy${number}-${region}-${service}.${domain}`;

/** The custom domain of a region's API, stage `live`: `R-S.D`. */
export const apiHostname = ({ service, domain }: Naming, region: RegionName): string =>
  `${region}-${service}.${domain}`;

/** The custom domain of the same API, stage `staging`: `staging-R-S.D`. */
export const stagingApiHostname = ({ service, domain }: Naming, region: RegionName): string =>
  `staging-${region}-${service}.${domain}`;

/** The name that a wildcard certificate must carry to cover every name above (RFC 9525, section 6.3: one label). */
export const wildcardHostname = ({ domain }: Pick<Naming, 'domain'>): string => `*.${domain}`;

/** Whether a certificate for `pattern` (a name, or a wildcard for one label) is valid for `hostname`. */
export function certificateCovers(pattern: string, hostname: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === hostname;
  const firstDot = hostname.indexOf('.');
  return firstDot > 0 && hostname.slice(firstDot + 1) === pattern.slice(2);
}
