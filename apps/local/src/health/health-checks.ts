import type { HealthCheck } from '@isochrone/topology';
import type { Endpoint } from '../address-plan.ts';
import { checkerRegions } from './checker-regions.ts';
import {
  type CheckerView,
  type EndpointCheck,
  type HttpsCheck,
  startEndpointCheck,
} from './endpoint-check.ts';
import { type ProbeResult, probe } from './probe.ts';

/** A change of one check's verdict. */
export interface HealthTransition {
  readonly check: string;
  readonly healthy: boolean;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** One check as `GET /health-checks` shows it. */
export interface HealthCheckView {
  readonly id: string;
  readonly kind: HealthCheck['kind'];
  readonly owner: string;
  readonly healthy: boolean;
  /** Of a check that asks an endpoint. */
  readonly hostname?: string;
  readonly checkers?: readonly CheckerView[];
  /** Of a check that counts others. */
  readonly children?: readonly string[];
  readonly healthThreshold?: number;
  /** The latest changes, oldest first. */
  readonly history: readonly Omit<HealthTransition, 'check'>[];
}

/** Route 53's health checks of a topology, probing what runs here. */
export interface HealthChecks {
  /** A check that does not exist excludes nobody. */
  readonly isHealthy: (id: string) => boolean;
  /** Runs these from now on, and no others; what has not changed keeps its history. */
  readonly apply: (checks: readonly HealthCheck[]) => void;
  readonly describe: () => readonly HealthCheckView[];
  stop(): void;
}

export interface HealthCheckOptions {
  /** Where a name leads now; undefined when it leads nowhere. */
  readonly resolve: (hostname: string) => Endpoint | undefined;
  /** Divides the intervals. */
  readonly timeScale: number;
  readonly onTransition: (transition: HealthTransition) => void;
  readonly random?: () => number;
}

const HISTORY = 50;

export function openHealthChecks(options: HealthCheckOptions): HealthChecks {
  const { resolve, timeScale, onTransition, random = Math.random } = options;
  const running = new Map<string, Running>();
  const isHealthy = (id: string): boolean => running.get(id)?.healthy() ?? true;

  const ask = async ({ hostname, path }: HttpsCheck): Promise<ProbeResult> => {
    const endpoint = resolve(hostname);
    return endpoint
      ? probe(hostname, path, endpoint)
      : { passed: false, reason: 'the name has no address', ms: 0 };
  };
  const tell = (entry: Running, healthy: boolean, reason: string): void => {
    const at = new Date().toISOString();
    entry.history.push({ healthy, reason, at });
    entry.history.splice(0, entry.history.length - HISTORY);
    onTransition({ check: entry.check.id, healthy, reason, at });
    for (const other of running.values()) other.review(entry.check.id);
  };
  const start = (check: HealthCheck, endpoints: number): Running => {
    const history: Running['history'] = [];
    if (check.kind === 'calculated') {
      const count = (): number => check.children.filter(isHealthy).length;
      let healthy = count() >= check.healthThreshold;
      const entry: Running = {
        check,
        history,
        healthy: () => healthy,
        review: (child) => {
          if (!check.children.includes(child)) return;
          const next = count() >= check.healthThreshold;
          if (next === healthy) return;
          healthy = next;
          tell(entry, healthy, `${count()} of ${check.children.length} children are healthy`);
        },
      };
      return entry;
    }
    const intervalSeconds = check.interval / timeScale;
    const endpoint = startEndpointCheck({
      check,
      regions: checkerRegions(endpoints, intervalSeconds),
      intervalMs: intervalSeconds * 1_000,
      probe: ask,
      random,
      onVerdict: (healthy, reason) => tell(entry, healthy, reason),
    });
    const entry: Running = { check, history, healthy: endpoint.healthy, endpoint, review: () => {} };
    return entry;
  };

  return {
    isHealthy,
    apply: (checks) => {
      const wanted = new Map(checks.map((check) => [check.id, JSON.stringify(check)]));
      for (const [id, { check, endpoint }] of running) {
        if (wanted.get(id) === JSON.stringify(check)) continue;
        endpoint?.stop();
        running.delete(id);
      }
      const endpoints = checks.filter(({ kind }) => kind === 'https').length;
      // Those that count others look at them from the start.
      const ordered = checks.toSorted((a, b) => b.kind.localeCompare(a.kind));
      for (const check of ordered) {
        if (!running.has(check.id)) running.set(check.id, start(check, endpoints));
      }
    },
    describe: () =>
      [...running.values()]
        .map(({ check, healthy, endpoint, history }) => ({
          id: check.id,
          kind: check.kind,
          owner: check.owner,
          healthy: healthy(),
          ...(check.kind === 'https'
            ? { hostname: check.hostname, checkers: endpoint?.checkers() ?? [] }
            : { children: check.children, healthThreshold: check.healthThreshold }),
          history: [...history],
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    stop: () => {
      for (const { endpoint } of running.values()) endpoint?.stop();
      running.clear();
    },
  };
}

interface Running {
  readonly check: HealthCheck;
  readonly healthy: () => boolean;
  readonly history: Omit<HealthTransition, 'check'>[];
  /** Of a check that asks. */
  readonly endpoint?: EndpointCheck;
  /** Of a check that counts: looks again after another one changed. */
  readonly review: (changed: string) => void;
}
