import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { FastifyBaseLogger } from 'fastify';
import type { Dispatcher, Pool } from 'undici';
import type { HealthState } from './health.ts';
import type { Materials } from './materials.ts';
import type { Settlement } from './passive-watch.ts';
import { createNames } from './resolver.ts';
import { type OpenUpstream, openUpstream, trustOf } from './upstream.ts';

/** How often stalled upstreams are looked for. */
const WATCH_MS = 100;

/** One API that requests may be sent to. */
export interface Upstream {
  readonly region: string;
  /** Host, SNI and certificate name of everything sent to it. */
  readonly hostname: string;
  readonly dispatcher: Dispatcher;
  /** Begins a request there; the result is to be called with how it went. */
  asked(): (settlement: Settlement) => void;
}

/** What metrics show of an upstream. */
export interface UpstreamStatus {
  readonly region: string;
  readonly state: HealthState;
  readonly connections: Pool['stats'];
}

export interface Upstreams {
  /** Those that are not unhealthy, in the order of preference, suspects last. */
  candidates(): readonly Upstream[];
  status(): readonly UpstreamStatus[];
  /** Starts the health checks. */
  start(): void;
  /** Takes over what changed: new upstreams are opened, and old ones closed once nothing is in flight there. */
  reload(config: EdgeProxyConfig, materials: Materials): void;
  /** Stops the checks and closes every connection. */
  close(): Promise<void>;
}

/** Opens one pool for each upstream: its Host, SNI and certificate name are fixed together, and always verified. */
export function openUpstreams(
  config: EdgeProxyConfig,
  materials: Materials,
  log: FastifyBaseLogger,
): Upstreams {
  let opened = new Map<string, OpenUpstream>();
  let ordered: readonly Upstream[] = [];
  let started = false;
  const closing = new Set<Promise<void>>();

  const order = (): void => {
    const of = (wanted: HealthState) => [...opened.values()].filter(({ state }) => state === wanted);
    ordered = [...of('healthy'), ...of('suspect')];
  };

  function open({ upstreams, resolver, timeouts, healthPath }: EdgeProxyConfig, { originCa }: Materials) {
    const names = createNames(resolver);
    const trust = trustOf(originCa);
    const before = opened;
    opened = new Map();
    for (const upstream of upstreams) {
      // Whatever is the same keeps its connections, and what its checks have found.
      const key = JSON.stringify([upstream, resolver, timeouts, originCa]);
      const kept = before.get(key);
      before.delete(key);
      const one =
        kept ?? openUpstream({ upstream, timeouts, healthPath, trust, names, log, onChange: order });
      opened.set(key, one);
      if (kept === undefined && started) one.start();
    }
    for (const one of before.values()) {
      const closed = one.close().finally(() => closing.delete(closed));
      closing.add(closed);
    }
    order();
  }
  open(config, materials);
  const watch = setInterval(() => {
    for (const one of opened.values()) one.watch();
  }, WATCH_MS);
  watch.unref();

  return {
    candidates: () => ordered,
    status: () =>
      [...opened.values()].map(({ region, state, connections }) => ({ region, state, connections })),
    start: () => {
      started = true;
      for (const one of opened.values()) one.start();
    },
    reload: open,
    close: async () => {
      clearInterval(watch);
      await Promise.all([...opened.values()].map((one) => one.destroy()));
      await Promise.all(closing);
    },
  };
}
