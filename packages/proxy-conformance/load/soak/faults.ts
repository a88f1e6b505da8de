import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadUpstream } from '../world/upstreams.ts';
import type { FaultKind, LedgerEntry } from './ledger.ts';
import type { Random } from './random.ts';

interface UpstreamFault {
  readonly kind: FaultKind;
  readonly strike: (upstream: LoadUpstream, random: Random) => Promise<void> | void;
  readonly mend: (upstream: LoadUpstream) => Promise<void> | void;
}

const behaving = (kind: FaultKind, behaviour: Parameters<LoadUpstream['behave']>[0]): UpstreamFault => ({
  kind,
  strike: (upstream) => upstream.behave(behaviour),
  mend: (upstream) => upstream.behave({}),
});

const upstreamFaults: readonly [UpstreamFault, ...UpstreamFault[]] = [
  { kind: 'killed', strike: (upstream) => upstream.kill(), mend: (upstream) => upstream.revive() },
  { kind: 'frozen', strike: (upstream) => upstream.freeze(), mend: (upstream) => upstream.thaw() },
  behaving('answers 503', { status: 503 }),
  behaving('hangs up before the head', { hangUp: 'before-head' }),
  behaving('hangs up in the body', { hangUp: 'in-body' }),
  {
    kind: 'slow',
    strike: (upstream, { between }) => upstream.behave({ delayMs: between(100, 1_500) }),
    mend: (upstream) => upstream.behave({}),
  },
  { kind: 'closes idle connections', strike: (upstream) => upstream.closeIdle(), mend: () => {} },
];

/** How long nothing is wrong with an upstream, and how long something is; milliseconds. */
export interface Rhythm {
  readonly well: readonly [least: number, most: number];
  readonly ill: readonly [least: number, most: number];
}

/** Makes one fault of an upstream after the other, and writes each down, until `signal`; the last is undone. */
export async function keepFailing(
  upstream: LoadUpstream,
  rhythm: Rhythm,
  random: Random,
  ledger: LedgerEntry[],
  signal: AbortSignal,
): Promise<void> {
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {});
  while (!signal.aborted) {
    await pause(random.between(...rhythm.well));
    if (signal.aborted) return;
    const { kind, strike, mend } = random.pick(upstreamFaults);
    const entry: LedgerEntry = { kind, target: upstream.label, from: performance.now(), to: null };
    ledger.push(entry);
    await strike(upstream, random);
    await pause(random.between(...rhythm.ill));
    await mend(upstream);
    entry.to = performance.now();
  }
}
