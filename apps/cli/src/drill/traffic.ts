import { setTimeout as sleep } from 'node:timers/promises';
import { cities } from '@isochrone/routing';
import { openVisitor, type Visit, type Visitor, type VisitorOptions } from './visitor.ts';

/** Visitors everywhere, loading the script all the time. */
export interface Traffic {
  /** Everything so far, in the order in which it ended. */
  readonly visits: readonly Visit[];
  stop(): Promise<void>;
}

const CITIES = [
  'New York',
  'San Francisco',
  'Sao Paulo',
  'London',
  'Frankfurt',
  'Mumbai',
  'Singapore',
  'Sydney',
];
/** Between two requests of one visitor. */
const PAUSE_MS = 1_000;

/** Two visitors in each of eight cities: one looks up for every request, one keeps its connection open. */
export function startTraffic(options: Pick<VisitorOptions, 'url' | 'ca' | 'dns' | 'port'>): Traffic {
  const visits: Visit[] = [];
  const ended = new AbortController();
  const visitors = cities
    .filter(({ name }) => CITIES.includes(name))
    .flatMap(({ name, network }) =>
      [false, true].map((keepsOpen) =>
        openVisitor({ ...options, city: name, subnet: `198.18.${network}.0`, keepsOpen }),
      ),
    );
  const browse = async (visitor: Visitor, index: number): Promise<void> => {
    await sleep((PAUSE_MS * index) / visitors.length);
    while (!ended.signal.aborted) {
      visits.push(await visitor.visit());
      await sleep(PAUSE_MS, undefined, { signal: ended.signal }).catch(() => {});
    }
    await visitor.close();
  };
  const browsing = Promise.all(visitors.map(browse));
  return {
    visits,
    stop: async () => {
      ended.abort();
      await browsing;
    },
  };
}
