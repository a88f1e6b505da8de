import { isIPv6 } from 'node:net';
import { CLIENT_RATE_WINDOW } from '@isochrone/config-gen';

const WINDOW_MS = CLIENT_RATE_WINDOW * 1_000;

/** Clients that are remembered at a time, some 10 MB; while there are more, new ones are not counted. */
const MOST_CLIENTS = 100_000;

/** Requests of one client: in this window and in the one before, wherever they came in; and those that came in here. */
interface Counts {
  now: number;
  before: number;
  here: number;
  told: number;
}

/** Requests of each client over a sliding window, as haproxy's `http_req_rate` counts them: refused ones count, too. */
export class ClientRate {
  readonly #clients = new Map<string, Counts>();
  #window = 0;

  /** Counts one request; false where its client has made more than `perSecond` on average. `now` in ms, never falling. */
  allows(address: string, perSecond: number, now: number): boolean {
    const counts = this.#of(address, now);
    if (counts === undefined) return true;
    counts.now += 1;
    counts.here += 1;
    const past = (now % WINDOW_MS) / WINDOW_MS;
    return counts.now + counts.before * (1 - past) <= perSecond * CLIENT_RATE_WINDOW;
  }

  /** What busy clients did here since they were last told of: those with at least `least` requests in the window. */
  news(least: number): readonly (readonly [client: string, requests: number])[] {
    const news: [string, number][] = [];
    for (const [client, counts] of this.#clients) {
      if (counts.here < least || counts.here === counts.told) continue;
      news.push([client, counts.here - counts.told]);
      counts.told = counts.here;
    }
    return news;
  }

  /** Adds requests that came in elsewhere. */
  add(client: string, requests: number, now: number): void {
    const counts = this.#of(client, now);
    if (counts !== undefined) counts.now += requests;
  }

  #of(address: string, now: number): Counts | undefined {
    const window = Math.floor(now / WINDOW_MS);
    if (window !== this.#window) this.#turn(window);
    const client = clientOf(address);
    const known = this.#clients.get(client);
    if (known !== undefined || this.#clients.size >= MOST_CLIENTS) return known;
    const counts = { now: 0, before: 0, here: 0, told: 0 };
    this.#clients.set(client, counts);
    return counts;
  }

  #turn(window: number): void {
    const adjacent = window === this.#window + 1;
    this.#window = window;
    for (const [client, counts] of this.#clients) {
      if (counts.now === 0 || !adjacent) this.#clients.delete(client);
      else Object.assign(counts, { before: counts.now, now: 0, here: 0, told: 0 });
    }
  }
}

/** Who is counted as one client: an IPv4 address, or the /64 network that one IPv6 subscriber has at the least. */
export function clientOf(address: string): string {
  if (address.startsWith('::ffff:')) return address.slice('::ffff:'.length);
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const last = tail === '' ? [] : tail.split(':');
    while (groups.length + last.length < 8) groups.push('0');
    groups.push(...last);
  }
  return `${groups.slice(0, 4).join(':')}::`;
}
