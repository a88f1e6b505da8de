import { createSecureContext, type SecureContext } from 'node:tls';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { FastifyBaseLogger } from 'fastify';
import { Pool } from 'undici';
import { errorMessage } from './errors.ts';
import { Health, type HealthState } from './health.ts';
import { PassiveWatch } from './passive-watch.ts';
import type { Names } from './resolver.ts';
import type { Upstream } from './upstreams.ts';

/** Idle connections stay open longer than traffic pauses: a new one costs three round trips. */
const KEEP_ALIVE_MS = 300_000;

/**
 * Connections older than this are replaced when next used. A moved address is followed sooner, by its TTL: this is for
 * load balancers that give an old address to somebody else.
 */
const CONNECTION_TTL_MS = 300_000;

/** Time for one of several addresses to connect before the next is tried; half the world is 150 ms away. */
const NEXT_ADDRESS_MS = 1_000;

/** More of a health check's body is not read, and costs the connection. */
const CHECK_BYTES = 131_072;

/** Until a name that did not resolve is asked for again. */
const UNRESOLVED_MS = 5_000;

export interface OpenUpstream extends Upstream {
  readonly state: HealthState;
  readonly connections: Pool['stats'];
  /** Starts the health checks, and to follow the name. */
  start(): void;
  /** Looks whether requests fail or stall here. */
  watch(): void;
  /** Closes it once nothing is in flight. */
  close(): Promise<void>;
  /** Closes it at once. */
  destroy(): Promise<void>;
}

/** One for all connections: without it each of them would parse the whole bundle, 140 authorities on Debian. */
export const trustOf = (originCa: string): SecureContext =>
  createSecureContext({ ca: originCa, minVersion: 'TLSv1.2' });

interface UpstreamOptions {
  readonly upstream: EdgeProxyConfig['upstreams'][number];
  readonly timeouts: EdgeProxyConfig['timeouts'];
  readonly healthPath: string;
  readonly trust: SecureContext;
  readonly names: Names;
  readonly log: FastifyBaseLogger;
  /** The upstream's state is another one. */
  readonly onChange: () => void;
}

export function openUpstream(options: UpstreamOptions): OpenUpstream {
  const { upstream, log, onChange } = options;
  const { region, hostname, checkInterval } = upstream;
  let pool = openPool(options);
  const retired = new Set<Pool>();
  const passive = new PassiveWatch();
  const health = new Health({
    check: () => check(pool, options),
    intervalMs: checkInterval * 1_000,
    onChange: (state) => {
      const say = { healthy: 'upstream is healthy again', suspect: 'upstream is suspect' };
      log.warn({ upstream: hostname }, state === 'unhealthy' ? 'upstream is unhealthy' : say[state]);
      onChange();
    },
  });
  let stopped = false;
  const name = followName(options, async () => {
    const next = openPool(options);
    // Connected before it is used: the first request there costs one round trip, as any other.
    await check(next, options);
    if (stopped) return void next.destroy();
    const before = pool;
    pool = next;
    retired.add(before);
    void before.close().finally(() => retired.delete(before));
    log.info({ upstream: hostname }, 'upstream has moved');
  });
  const stop = (): void => {
    stopped = true;
    health.stop();
    name.stop();
  };
  const watch = (): void => {
    if (passive.foundBad(performance.now())) health.suspect();
  };
  return {
    region,
    hostname,
    get dispatcher() {
      return pool;
    },
    get state() {
      return health.state;
    },
    get connections() {
      return pool.stats;
    },
    asked: () => {
      const settled = passive.asked(performance.now());
      return (settlement) => {
        settled(settlement, performance.now());
        if (settlement !== 'failed') return;
        watch();
        health.checkNow();
      };
    },
    watch,
    start: () => {
      health.checkNow();
      name.start();
    },
    close: async () => {
      stop();
      await pool.close();
    },
    destroy: async () => {
      stop();
      await Promise.all([pool, ...retired].map((one) => one.destroy()));
    },
  };
}

function openPool({ upstream: { hostname, port }, timeouts, trust, names }: UpstreamOptions): Pool {
  return new Pool(`https://${hostname}:${port}`, {
    // Measured: an HTTP/2 connection to the upstream costs 80 % more CPU for each request.
    allowH2: false,
    connectTimeout: timeouts.connect * 1_000,
    headersTimeout: timeouts.headers * 1_000,
    bodyTimeout: timeouts.body * 1_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    clientTtl: CONNECTION_TTL_MS,
    connect: {
      secureContext: trust,
      servername: hostname,
      rejectUnauthorized: true,
      lookup: names.lookup,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    },
  });
}

/** Asks an upstream for its health, within the time that a response may take to begin. */
async function check(
  pool: Pool,
  { upstream: { hostname }, timeouts, healthPath, log }: UpstreamOptions,
): Promise<boolean> {
  const signal = AbortSignal.timeout(timeouts.headers * 1_000);
  try {
    const { statusCode, body } = await pool.request({
      method: 'GET',
      path: healthPath,
      headers: { host: hostname, 'user-agent': 'isochrone-edge-proxy' },
      signal,
    });
    await body.dump({ limit: CHECK_BYTES, signal });
    if (statusCode === 200) return true;
    log.debug({ upstream: hostname, status: statusCode }, 'upstream failed its health check');
  } catch (error) {
    log.debug({ upstream: hostname, error: errorMessage(error) }, 'upstream failed its health check');
  }
  return false;
}

/** Calls `onMove` when the addresses of the upstream's name are others than before; asks as often as the TTL says. */
function followName({ upstream: { hostname }, names }: UpstreamOptions, onMove: () => Promise<void>) {
  let addresses: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  async function look(): Promise<void> {
    let delay = UNRESOLVED_MS;
    try {
      const answer = await names.resolve(hostname);
      const found = [...answer.addresses].sort().join();
      if (addresses !== undefined && addresses !== found && !stopped) await onMove();
      addresses = found;
      delay = Math.max(answer.freshUntil - Date.now(), 0) + 1;
    } catch {
      // Whoever needs a new connection is told why there is none.
    }
    if (!stopped) timer = setTimeout(() => void look(), delay).unref();
  }
  return {
    start: () => void look(),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
