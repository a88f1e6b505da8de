import type { ProxyInstance } from '@isochrone/topology';
import type { Endpoint } from './address-plan.ts';
import type { Visitor } from './visitor.ts';

export interface HealthTarget {
  readonly instance: ProxyInstance;
  readonly endpoint: Endpoint;
  /** The process that answers now: what its predecessor said counts no more. */
  readonly pid: () => number | null;
}

/** Asks every proxy for its health, again and again. */
export interface HealthWatch {
  readonly isHealthy: (hostname: string) => boolean;
  /** Probes these from now on, and no others. */
  watch(targets: readonly HealthTarget[]): void;
  /** Resolves true once all targets are healthy, false when that takes longer. */
  allHealthy(timeoutMs: number): Promise<boolean>;
  stop(): void;
}

const HEALTHY_EVERY_MS = 1_000;
const UNHEALTHY_EVERY_MS = 200;
const PROBE_TIMEOUT_MS = 2_000;

interface Probe {
  readonly isHealthy: () => boolean;
  readonly stop: () => void;
}

export function watchHealth(visitor: Visitor): HealthWatch {
  const probes = new Map<string, Probe>();
  const waiters = new Set<() => void>();
  const changed = (): void => {
    for (const waiter of waiters) waiter();
  };
  const everyoneIsHealthy = (): boolean => [...probes.values()].every(({ isHealthy }) => isHealthy());

  const start = ({ instance, endpoint, pid }: HealthTarget): Probe => {
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let healthyPid: number | null = null;
    const ask = async (): Promise<void> => {
      const asked = pid();
      const healthy = await isUp(visitor, instance.hostname, endpoint);
      if (ended.signal.aborted) return;
      healthyPid = healthy ? asked : null;
      changed();
      timer = setTimeout(() => void ask(), healthy ? HEALTHY_EVERY_MS : UNHEALTHY_EVERY_MS);
    };
    void ask();
    return {
      isHealthy: () => healthyPid !== null && healthyPid === pid(),
      stop: () => {
        ended.abort();
        clearTimeout(timer);
      },
    };
  };

  return {
    isHealthy: (hostname) => probes.get(hostname)?.isHealthy() ?? false,
    watch: (targets) => {
      const wanted = new Set(targets.map(({ instance }) => instance.hostname));
      for (const [hostname, probe] of probes) {
        if (wanted.has(hostname)) continue;
        probe.stop();
        probes.delete(hostname);
      }
      for (const target of targets) {
        const { hostname } = target.instance;
        if (!probes.has(hostname)) probes.set(hostname, start(target));
      }
    },
    allHealthy: (timeoutMs) =>
      new Promise((resolve) => {
        const finish = (healthy: boolean): void => {
          clearTimeout(timer);
          waiters.delete(check);
          resolve(healthy);
        };
        const timer = setTimeout(() => finish(false), timeoutMs);
        const check = (): void => {
          if (everyoneIsHealthy()) finish(true);
        };
        waiters.add(check);
        check();
      }),
    stop: () => {
      for (const probe of probes.values()) probe.stop();
      probes.clear();
    },
  };
}

async function isUp(visitor: Visitor, hostname: string, endpoint: Endpoint): Promise<boolean> {
  try {
    const { status } = await visitor.get(`https://${hostname}/healthz`, endpoint, {
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    return status === 200;
  } catch {
    return false;
  }
}
