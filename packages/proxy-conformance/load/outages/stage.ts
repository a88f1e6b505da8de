import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '@isochrone/config-gen';
import type { Visit } from '../client/visit.ts';
import type { World } from '../world/world.ts';
import { counts } from './figures.ts';

/** Where an outage is played: a world, and the visitors who watch. */
export interface Stage {
  readonly world: World;
  /** How long an outage lasts. */
  readonly seconds: number;
  /** Waits that long. */
  hold(): Promise<void>;
  /**
   * Waits until ten visitors in a row, who came after the call, met what they should; resolves with the milliseconds
   * until the first of them was answered.
   *
   * @throws Error where that takes longer than half a minute.
   */
  until(what: string, isMet: (visit: Visit) => boolean): Promise<number>;
  /** Who answered those that came and were answered in this span; the end is now where absent. */
  answered(from: number, to?: number): Readonly<Record<string, number>>;
  /** What was cut on purpose: visitors on these connections are counted apart. */
  cut(connections: readonly Endpoint[]): void;
}

const IN_A_ROW = 10;
const PATIENCE_MS = 30_000;
const POLL_MS = 20;

export interface StageOptions {
  readonly world: World;
  readonly seconds: number;
  /** Those that are over, in this order. */
  readonly visits: readonly Visit[];
  readonly cut: (connection: Endpoint) => void;
}

export const openStage = ({ world, seconds, visits, cut }: StageOptions): Stage => ({
  world,
  seconds,
  hold: () => sleep(seconds * 1_000),
  until: async (what, isMet) => {
    const began = performance.now();
    for (;;) {
      const since = visits.filter(({ at }) => at >= began);
      const others = since.findLastIndex((visit) => !isMet(visit));
      const row = since.slice(others + 1);
      const [first] = row;
      if (first !== undefined && row.length >= IN_A_ROW) return first.until - began;
      if (performance.now() - began > PATIENCE_MS) {
        throw new Error(
          `${what}: not within ${PATIENCE_MS / 1_000} s; answered: ${JSON.stringify(labels(since))}`,
        );
      }
      await sleep(POLL_MS);
    }
  },
  answered: (from, to = performance.now()) =>
    labels(visits.filter(({ at, until }) => at >= from && until <= to)),
  cut: (connections) => connections.forEach(cut),
});

const labels = (visits: readonly Visit[]): Readonly<Record<string, number>> =>
  counts(visits.map(({ upstream, failure }) => upstream ?? failure ?? 'nobody'));
