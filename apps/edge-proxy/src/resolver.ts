import { type LookupAddress, Resolver } from 'node:dns';
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

interface Answer {
  readonly addresses: readonly string[];
  readonly freshUntil: number;
  readonly staleUntil: number;
}

type Waiter = (error: EdgeProxyError | null, addresses: readonly string[]) => void;

/**
 * A `lookup` for `net.connect` that asks name servers for A records and nobody else.
 * `getaddrinfo` answers every name under `.localhost` with loopback itself, and blocks one of four threads while it waits.
 * `system` are the name servers of /etc/resolv.conf.
 */
export function createLookup(
  resolver: EdgeProxyConfig['resolver'],
  now: () => number = Date.now,
): LookupFunction {
  const client = new Resolver({ timeout: FIRST_TRY_MS, tries: TRIES });
  if (resolver !== 'system') client.setServers([serverText(resolver)]);
  const answers = new Map<string, Answer>();
  const waiting = new Map<string, Waiter[]>();

  function settle(hostname: string, error: EdgeProxyError | null, addresses: readonly string[]): void {
    const waiters = waiting.get(hostname) ?? [];
    waiting.delete(hostname);
    for (const waiter of waiters) waiter(error, addresses);
  }

  function ask(hostname: string): void {
    client.resolve4(hostname, { ttl: true }, (error, records) => {
      const time = now();
      if (error === null) {
        const ttl = Math.min(...records.map((record) => record.ttl));
        const freshUntil = time + Math.min(Math.max(ttl, SHORTEST_TTL), LONGEST_TTL) * 1_000;
        const addresses = records.map(({ address }) => address);
        answers.set(hostname, { addresses, freshUntil, staleUntil: time + STALE_SECONDS * 1_000 });
        settle(hostname, null, addresses);
        return;
      }
      const last = answers.get(hostname);
      if (last !== undefined && last.staleUntil > time && !AUTHORITATIVE.has(errorCode(error) ?? '')) {
        answers.set(hostname, { ...last, freshUntil: time + RETRY_SECONDS * 1_000 });
        settle(hostname, null, last.addresses);
        return;
      }
      answers.delete(hostname);
      settle(
        hostname,
        new EdgeProxyError(
          'EDGE_PROXY_UPSTREAM_DNS',
          `no address for ${hostname}: ${errorMessage(error)}`,
          'check the record, and that the configured resolver answers',
          { cause: error },
        ),
        [],
      );
    });
  }

  return (hostname, options, callback) => {
    const reply: Waiter = (error, addresses) => {
      const found: LookupAddress[] = addresses.map((address) => ({ address, family: 4 }));
      if (options.all) callback(error, found);
      else callback(error, found[0]?.address ?? '', 4);
    };
    const answer = answers.get(hostname);
    if (answer !== undefined && answer.freshUntil > now()) {
      // `net.connect` relies on a callback that comes later, as from getaddrinfo.
      process.nextTick(reply, null, answer.addresses);
      return;
    }
    const waiters = waiting.get(hostname);
    if (waiters !== undefined) {
      waiters.push(reply);
      return;
    }
    waiting.set(hostname, [reply]);
    ask(hostname);
  };
}

function serverText({ address, port }: { readonly address: string; readonly port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
