import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { Outcome } from './access-log.ts';
import type { Exchange } from './exchange.ts';
import type { UpstreamStatus } from './upstreams.ts';

/** One process's metrics, as they are sent to the primary process. */
export type WorkerMetrics = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Seconds: from a cache hit next door to the longest that an upstream may take. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Milliseconds between two looks at the event loop's delay; each look wakes the process. */
const EVENT_LOOP_MS = 50;

/** What is looked at when metrics are asked for. */
export interface Observed {
  readonly connections: () => number;
  readonly retriesLeft: () => number;
  readonly upstreams: () => readonly UpstreamStatus[];
  /** Milliseconds since 1970. */
  readonly certificateExpiry: () => number;
}

export interface Metrics {
  readonly registry: Registry;
  /** Counts a request that is over. */
  ended(exchange: Exchange, outcome: Outcome): void;
  handshake(protocol: string, resumed: boolean): void;
  handshakeFailed(reason: 'protocol' | 'reset' | 'timeout'): void;
}

const DAY_MS = 86_400_000;

export function createMetrics(observed: Observed): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = cached(
    new Counter({
      name: 'edge_requests_total',
      help: 'Requests, by the status sent and the reason where the proxy answered itself',
      labelNames: ['status', 'reason'],
      registers,
    }),
  );
  const duration = new Histogram({
    name: 'edge_request_duration_seconds',
    help: 'From the head of a request to the end of its response; health checks left out',
    buckets: BUCKETS,
    registers,
  });
  const upstreamDuration = new Histogram({
    name: 'edge_upstream_duration_seconds',
    help: 'From the head of a request to the head of the response of an upstream',
    labelNames: ['upstream'],
    buckets: BUCKETS,
    registers,
  });
  const retries = cached(
    new Counter({
      name: 'edge_retries_total',
      help: 'Requests that were asked again, by the upstream that had failed',
      labelNames: ['upstream'],
      registers,
    }),
  );
  const denied = new Counter({
    name: 'edge_retries_denied_total',
    help: 'Retries that were due and that the budget did not allow',
    registers,
  });
  const handshakes = cached(
    new Counter({
      name: 'edge_tls_handshakes_total',
      help: 'TLS handshakes of clients, by protocol and whether they resumed a session',
      labelNames: ['protocol', 'resumed'],
      registers,
    }),
  );
  const failures = cached(
    new Counter({
      name: 'edge_tls_handshake_failures_total',
      help: 'TLS handshakes of clients that failed: reset, timeout, or anything about the protocol',
      labelNames: ['reason'],
      registers,
    }),
  );
  observe(observed, registers);

  return {
    registry,
    ended: (exchange, { status, msTotal }) => {
      requests(String(status), exchange.reason ?? '').inc();
      if (exchange.retried !== undefined) retries(exchange.retried).inc();
      if (exchange.retryDenied) denied.inc();
      if (exchange.upstream === undefined) return;
      duration.observe(msTotal / 1_000);
      if (exchange.msUpstream !== undefined)
        upstreamDuration.observe({ upstream: exchange.upstream }, exchange.msUpstream / 1_000);
    },
    handshake: (protocol, resumed) => handshakes(protocol, String(resumed)).inc(),
    handshakeFailed: (reason) => failures(reason).inc(),
  };
}

function observe(observed: Observed, registers: Registry[]): void {
  new Gauge({
    name: 'edge_client_connections',
    help: 'Open TLS connections of clients',
    registers,
    collect() {
      this.set(observed.connections());
    },
  });
  new Gauge({
    name: 'edge_retry_budget_left',
    help: 'Retries that the budget allows now',
    registers,
    collect() {
      this.set(observed.retriesLeft());
    },
  });
  new Gauge({
    name: 'edge_upstream_connections',
    help: 'Connections to an upstream, by state; pending and queued are requests without one',
    labelNames: ['upstream', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { region: upstream, connections } of observed.upstreams())
        for (const state of ['connected', 'free', 'running', 'pending', 'queued'] as const)
          this.set({ upstream, state }, connections[state] ?? 0);
    },
  });
  new Gauge({
    name: 'edge_upstream_healthy',
    help: '1 where an upstream may be asked, 0 where its checks fail or it is suspect; the worst of all workers',
    labelNames: ['upstream'],
    aggregator: 'min',
    registers,
    collect() {
      this.reset();
      for (const { region: upstream, state } of observed.upstreams())
        this.set({ upstream }, state === 'healthy' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'edge_certificate_days_left',
    help: 'Days until the certificate that visitors see expires',
    aggregator: 'min',
    registers,
    collect() {
      this.set((observed.certificateExpiry() - Date.now()) / DAY_MS);
    },
  });
}

/** A counter's children by their labels: finding one costs less than prom-client's hash of the labels. */
function cached<Label extends string>(counter: Counter<Label>): (...labels: string[]) => { inc(): void } {
  const children = new Map<string, { inc(): void }>();
  return (...labels) => {
    const key = labels.join();
    const known = children.get(key);
    if (known !== undefined) return known;
    const child = counter.labels(...labels);
    children.set(key, child);
    return child;
  };
}

/** Adds what is about the process: CPU, memory, event-loop delay. */
export function observeProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_MS });
}

/** The metrics of the primary process itself. */
export interface PrimaryMetrics {
  readonly registry: Registry;
  reloaded(result: 'reloaded' | 'refused'): void;
  workerEnded(): void;
}

export function createPrimaryMetrics(version: string, workers: () => number): PrimaryMetrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'edge_build_info',
    help: 'Always 1; what runs is in the labels',
    labelNames: ['version', 'engine', 'node'],
    registers,
  }).set({ version, engine: 'fastify', node: process.versions.node }, 1);
  new Gauge({
    name: 'edge_workers',
    help: 'Workers that serve',
    registers,
    collect() {
      this.set(workers());
    },
  });
  const reloads = new Counter({
    name: 'edge_reloads_total',
    help: 'Reloads of the configuration, by result',
    labelNames: ['result'],
    registers,
  });
  const ended = new Counter({
    name: 'edge_workers_ended_total',
    help: 'Workers that ended unasked, and were replaced',
    registers,
  });
  return {
    registry,
    reloaded: (result) => reloads.inc({ result }),
    workerEnded: () => ended.inc(),
  };
}

/** All metrics as Prometheus text: those of the workers added up, those of the primary process as they are. */
export async function metricsText(workers: readonly WorkerMetrics[], primary: Registry): Promise<string> {
  const [sum, own] = await Promise.all([
    AggregatorRegistry.aggregate([...workers]).metrics(),
    primary.metrics(),
  ]);
  return `${own}\n${sum}`;
}
