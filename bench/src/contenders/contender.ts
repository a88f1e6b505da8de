import type { Endpoint } from '@isochrone/config-gen';
import type { Program } from '../stage/pinned-program.ts';

/** What one contender is given. */
export interface Site {
  /** Its own, for configuration and state. */
  readonly folder: string;
  /** Its TLS listener. */
  readonly bind: Endpoint;
  /** PEM of certificate and key. */
  readonly certificate: string;
  /** PEM of the authority of the APIs. */
  readonly originCa: string;
  /** Where the APIs are, all of them. */
  readonly upstream: Endpoint;
  /** Knows the names of the APIs. */
  readonly resolver: Endpoint;
}

/** Whose place in the field it is. */
export type Family = 'ours' | 'story' | 'server' | 'node';

export interface Contender {
  readonly id: string;
  readonly title: string;
  readonly family: Family;
  readonly http2: boolean;
  /** The program that must be on the machine; absent: Node. */
  readonly needs?: 'caddy' | 'haproxy' | 'nginx';
  /** Writes what the program reads, and says how it is started. */
  prepare(site: Site): Promise<Program>;
}
