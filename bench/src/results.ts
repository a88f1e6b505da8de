import type { ScenarioId } from './scenarios.ts';
import type { Spread } from './statistics.ts';

/** One contender under one kind of load, over all rounds. */
export interface Measured {
  /** CPU of the proxy and its descendants for each good answer, microseconds. */
  readonly cpuUs: Spread;
  readonly perSecond: Spread;
  /** Milliseconds, where the load measures it. */
  readonly ttfbMs?: Spread;
}

/** With the API far away; milliseconds to the first byte. */
export interface FarAwayTimes {
  /** From the request, over a connection that is open. */
  readonly kept: Spread;
  /** From the beginning of a new connection, handshakes included. */
  readonly fresh: Spread;
  /** From the request, after nobody asked for 20 s; absent where that was left out. */
  readonly afterSilence?: Spread;
}

/** One of the field, and what became of it. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly http2: boolean;
  /** Why it has no figures: not on this machine, or a wrong answer; null where it has. */
  readonly absent: string | null;
  readonly measured: Readonly<Partial<Record<ScenarioId, Measured>>>;
  readonly farAway?: FarAwayTimes;
}

/** A figure of something that is no proxy. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly value: number;
  readonly unit: string;
}

/** Where the time of the edge-proxy goes under keep-alive load. */
export interface ProfileShare {
  readonly part: string;
  /** Of 1. */
  readonly share: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  /** By name: programs and packages. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Results {
  readonly machine: Machine;
  readonly rounds: number;
  /** Length of each measurement. */
  readonly seconds: number;
  readonly minutes: number;
  readonly rows: readonly Row[];
  /** Without any proxy: what a visitor of the far API waits who has a connection to it. */
  readonly farAwayFloor?: Spread;
  readonly figures: readonly Figure[];
  readonly profile: readonly ProfileShare[];
}
