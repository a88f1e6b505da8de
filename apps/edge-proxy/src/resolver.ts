import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import { EdgeProxyError, errorCode, errorMessage } from './errors.ts';

/** Two tries fit within the connect timeout: half a second, then one. */
const FIRST_TRY_MS = 500;
const TRIES = 2;

/** A TTL of 0 would ask for every connection; one above a minute would miss a move. */
const [SHORTEST_TTL, LONGEST_TTL] = [1, 60];

/** Seconds that the last answer serves while name servers fail (RFC 8767), and that pass before they are asked again. */
const STALE_SECONDS = 3_600;
const RETRY_SECONDS = 5;

/** The name server answered, and the name is gone: an old address must not stand in for that. */
const AUTHORITATIVE = new Set(['ENODATA', 'ENOTFOUND']);

export interface Answer {
  readonly addresses: readonly string[];
  /** Milliseconds on the clock of `now`. */
  readonly freshUntil: number;
  readonly staleUntil: number;
}

export interface Names {
  /** For `net.connect`. */
  readonly lookup: LookupFunction;
  /**
   * The addresses of a name, and how long they are good for.
   * @throws EdgeProxyError EDGE_PROXY_UPSTREAM_DNS
   */
  readonly resolve: (hostname: string) => Promise<Answer>;
}

/**
 * Asks name servers for A records and nobody else.
 * `getaddrinfo` answers every name under `.localhost` with loopback itself, and blocks one of four threads while it waits.
 * `system` are the name servers of /etc/resolv.conf.
 */
export function createNames(resolver: EdgeProxyConfig['resolver'], now: () => number = Date.now): Names {
  const client = new Resolver({ timeout: FIRST_TRY_MS, tries: TRIES });
  if (resolver !== 'system') client.setServers([serverText(resolver)]);
  const answers = new Map<string, Answer>();
  const asking = new Map<string, Promise<Answer>>();

  async function ask(hostname: string): Promise<Answer> {
    try {
      const records = await client.resolve4(hostname, { ttl: true });
      const time = now();
      const ttl = Math.min(...records.map((record) => record.ttl));
      return {
        addresses: records.map(({ address }) => address),
        freshUntil: time + Math.min(Math.max(ttl, SHORTEST_TTL), LONGEST_TTL) * 1_000,
        staleUntil: time + STALE_SECONDS * 1_000,
      };
    } catch (error) {
      const time = now();
      const last = answers.get(hostname);
      if (last !== undefined && last.staleUntil > time && !AUTHORITATIVE.has(errorCode(error) ?? ''))
        return { ...last, freshUntil: time + RETRY_SECONDS * 1_000 };
      answers.delete(hostname);
      throw new EdgeProxyError(
        'EDGE_PROXY_UPSTREAM_DNS',
        `no address for ${hostname}: ${errorMessage(error)}`,
        'check the record, and that the configured resolver answers',
        { cause: error },
      );
    }
  }

  async function resolve(hostname: string): Promise<Answer> {
    const known = answers.get(hostname);
    if (known !== undefined && known.freshUntil > now()) return known;
    const pending = asking.get(hostname) ?? ask(hostname);
    asking.set(hostname, pending);
    try {
      const answer = await pending;
      answers.set(hostname, answer);
      return answer;
    } finally {
      if (asking.get(hostname) === pending) asking.delete(hostname);
    }
  }

  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      ({ addresses }) => {
        if (options.all)
          callback(
            null,
            addresses.map((address): LookupAddress => ({ address, family: 4 })),
          );
        else callback(null, addresses[0] ?? '', 4);
      },
      (error) => (options.all ? callback(error, []) : callback(error, '', 4)),
    );
  };
  return { lookup, resolve };
}

function serverText({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
