import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { CliError } from '../errors.ts';

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

/** What a resolver answered to a question for IPv4 addresses. */
export type Lookup =
  | { readonly ok: true; readonly addresses: readonly string[]; readonly ttl: number; readonly ms: number }
  /** `missing`: there is no such name, or it has no address. `silent`: nobody answered. */
  | { readonly ok: false; readonly why: 'missing' | 'silent'; readonly reason: string };

const TIMEOUT_MS = 3_000;
const TRIES = 2;
const MISSING: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

export interface Names {
  /** As people know it. */
  readonly label: string;
  lookUp(name: string): Promise<Lookup>;
}

/** Asks this name server, or those of the system. */
export function openNames(server: NameServer | undefined): Names {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (server) resolver.setServers([written(server)]);
  return {
    label: server ? written(server) : `${resolver.getServers()[0] ?? 'no name server'}, of the system`,
    lookUp: async (name) => {
      const began = performance.now();
      try {
        const answers = await resolver.resolve4(name, { ttl: true });
        return {
          ok: true,
          addresses: answers.map(({ address }) => address).toSorted(),
          ttl: Math.min(...answers.map(({ ttl }) => ttl)),
          ms: performance.now() - began,
        };
      } catch (error) {
        const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        return { ok: false, why: MISSING.has(reason) ? 'missing' : 'silent', reason };
      }
    },
  };
}

const written = ({ address, port }: NameServer): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** `127.0.0.1`, `127.0.0.1:5300`, `2001:db8::1` or `[2001:db8::1]:53`. */
export function readNameServer(text: string): NameServer {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<v4>[\d.]+))(?::(?<port>\d{1,5}))?$/.exec(text.trim());
  const address = match?.groups?.['v6'] ?? match?.groups?.['v4'] ?? text.trim();
  const port = Number(match?.groups?.['port'] ?? 53);
  if (isIP(address) !== 0 && port >= 1 && port <= 65_535) return { address, port };
  throw new CliError('CLI_USAGE', `expected the address of a name server, got ${JSON.stringify(text)}`, {
    hint: 'write --resolver 1.1.1.1, or --resolver 127.0.0.1:5300',
  });
}
