import { Resolver } from 'node:dns/promises';
import type { AddressBook } from '../address-book.ts';
import type { Endpoint } from '../address-plan.ts';

/** Asks the local DNS server, over the wire, as a visitor's resolver would; no answer is an empty list. */
export function lookupThrough(
  dns: Endpoint,
  book: AddressBook,
): (hostname: string) => Promise<readonly Endpoint[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  resolver.setServers([`${dns.address}:${dns.port}`]);
  return async (hostname) => {
    try {
      const addresses = await resolver.resolve4(hostname);
      return addresses.flatMap((address) => book.behind(address, hostname) ?? []);
    } catch {
      return [];
    }
  };
}
