import { createSecureContext, type SecureContext } from 'node:tls';
import type { EdgeProxyConfig } from '@isochrone/config-gen';
import type { FastifyBaseLogger } from 'fastify';
import { type Dispatcher, Pool } from 'undici';
import { errorMessage } from './errors.ts';
import { Health } from './health.ts';
import { createLookup } from './resolver.ts';

/** Idle connections stay open longer than traffic pauses: a new one costs three round trips. */
const KEEP_ALIVE_MS = 300_000;

/** Connections older than this are replaced when next used, so that a moved address is followed. */
const CONNECTION_TTL_MS = 60_000;

/** Time for one of several addresses to connect before the next is tried; half the world is 150 ms away. */
const NEXT_ADDRESS_MS = 1_000;

/** One API that requests may be sent to. */
export interface Upstream {
  readonly region: string;
  /** Host, SNI and certificate name of everything sent to it. */
  readonly hostname: string;
  readonly dispatcher: Dispatcher;
  readonly healthy: boolean;
  /** Tells that a request failed there: it is checked at once. */
  suspect(): void;
}

export interface Upstreams {
  /** The healthy ones, in the order of preference. */
  candidates(): readonly Upstream[];
  /** Starts the health checks. */
  start(): void;
  /** Stops the checks and closes every connection. */
  close(): Promise<void>;
}

/** Opens one pool for each upstream: its Host, SNI and certificate name are fixed together, and always verified. */
export function openUpstreams(config: EdgeProxyConfig, originCa: string, log: FastifyBaseLogger): Upstreams {
  const lookup = createLookup(config.resolver);
  // One for all connections: without it each of them would parse the whole bundle, 140 authorities on Debian.
  const trust = createSecureContext({ ca: originCa, minVersion: 'TLSv1.2' });
  const opened = config.upstreams.map((upstream) => openUpstream({ config, upstream, trust, lookup, log }));
  return {
    candidates: () => opened.filter(({ healthy }) => healthy),
    start: () => {
      for (const { health } of opened) health.checkNow();
    },
    close: async () => {
      for (const { health } of opened) health.stop();
      await Promise.all(opened.map(({ dispatcher }) => dispatcher.destroy()));
    },
  };
}

function openUpstream({
  config,
  upstream: { region, hostname, port, checkInterval },
  trust,
  lookup,
  log,
}: {
  readonly config: EdgeProxyConfig;
  readonly upstream: EdgeProxyConfig['upstreams'][number];
  readonly trust: SecureContext;
  readonly lookup: ReturnType<typeof createLookup>;
  readonly log: FastifyBaseLogger;
}) {
  const { timeouts, healthPath } = config;
  const pool = new Pool(`https://${hostname}:${port}`, {
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
      lookup,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    },
  });

  async function check(): Promise<boolean> {
    try {
      const headers = { host: hostname, 'user-agent': 'isochrone-edge-proxy' };
      const { statusCode, body } = await pool.request({ method: 'GET', path: healthPath, headers });
      await body.dump();
      if (statusCode === 200) return true;
      log.debug({ upstream: hostname, status: statusCode }, 'upstream failed its health check');
    } catch (error) {
      log.debug({ upstream: hostname, error: errorMessage(error) }, 'upstream failed its health check');
    }
    return false;
  }

  const health = new Health({
    check,
    intervalMs: checkInterval * 1_000,
    onChange: (healthy) =>
      log.warn({ upstream: hostname }, healthy ? 'upstream is healthy again' : 'upstream is unhealthy'),
  });
  return {
    region,
    hostname,
    dispatcher: pool,
    health,
    get healthy() {
      return health.healthy;
    },
    suspect: () => health.checkNow(),
  };
}
