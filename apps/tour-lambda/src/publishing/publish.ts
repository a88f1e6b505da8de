import type { PublishingStore } from '../store/publishing-store.ts';
import { payloadOf } from './payload.ts';

/**
 * Compiles all tours of an account and makes them live. The answer is a revision that has every tour that was
 * stored before the call.
 *
 * The commit point is one conditional write. The revision is read before the tours: a publisher that commits in
 * between has moved it, so no tour that was confirmed can be lost from what is written here.
 *
 * One lost race is run again. A second one is as good as won: the winner had read a revision that was written
 * after this call began, and listed the tours after that.
 */
export async function publish(store: PublishingStore, account: string): Promise<number> {
  const first = await attempt(store, account);
  const { revision } = first.won ? first : await attempt(store, account);
  return revision;
}

async function attempt(store: PublishingStore, account: string) {
  const live = await store.readLive(account);
  const tours = await store.listTours(account);
  const payload = payloadOf(tours.map(({ tour }) => tour));
  const revision = (live?.revision ?? 0) + 1;
  return { revision, won: await store.replaceLive(account, { revision, payload }) };
}
