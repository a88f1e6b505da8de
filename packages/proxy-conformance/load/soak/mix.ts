import type { Via, Wish } from '../client/visit.ts';
import type { Random } from './random.ts';

const VIAS: readonly [Via, ...Via[]] = ['kept', 'fresh', 'h2'];

type Sort = (random: Random) => Pick<Wish, 'method' | 'bytes' | 'pace'>;

/** What visitors do, with its share of all. */
const sorts: readonly (readonly [share: number, sort: Sort])[] = [
  [0.64, ({ between }) => ({ method: 'GET', bytes: between(50, 20_000) })],
  [0.05, ({ between }) => ({ method: 'GET', bytes: between(200_000, 2_000_000) })],
  [0.21, ({ between }) => ({ method: 'POST', bytes: between(50, 60_000) })],
  [0.03, ({ between }) => ({ method: 'GET', bytes: between(200_000, 500_000), pace: 'slow reader' })],
  [0.03, ({ between }) => ({ method: 'POST', bytes: between(50_000, 200_000), pace: 'slow writer' })],
  [0.04, ({ between }) => ({ method: 'GET', bytes: between(200_000, 1_000_000), pace: 'leaves' })],
];

const CHUNKED = 0.2;

/** The next request of a mixed load. */
export function mixedWish(id: string, random: Random): Wish {
  const via = random.pick(VIAS);
  const chunked = random.next() < CHUNKED;
  let chance = random.next();
  for (const [share, sort] of sorts) {
    chance -= share;
    if (chance < 0) return { id, via, chunked, ...sort(random) };
  }
  return { id, via, chunked, method: 'GET', bytes: 1_000 };
}
