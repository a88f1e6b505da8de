import type { ProxyInstance } from '@isochrone/topology';
import type { Endpoint } from './address-plan.ts';
import type { Visitor } from './visitor.ts';

/** Asks every proxy for its health, again and again. */
export interface HealthWatch {
  readonly isHealthy: (hostname: string) => boolean;
  /** Probes these from now on, and no others. */
  watch(targets: readonly { readonly instance: ProxyInstance; readonly endpoint: Endpoint }[]): void;
  /** Resolves true once all targets are healthy, false when that takes longer. */
  allHealthy(timeoutMs: number): Promise<boolean>;
  stop(): void;
}

const HEALTHY_EVERY_MS = 5_000;
const UNHEALTHY_EVERY_MS = 200;
const PROBE_TIMEOUT_MS = 2_000;

interface Probe {
  healthy: boolean;
  readonly stop: () => void;
}

export function watchHealth(visitor: Visitor): HealthWatch {
  const probes = new Map<string, Probe>();
  const waiters = new Set<() => void>();
  const changed = (): void => {
    for (const waiter of waiters) waiter();
  };
  const everyoneIsHealthy = (): boolean => [...probes.values()].every(({ healthy }) => healthy);

  const start = (instance: ProxyInstance, endpoint: Endpoint): Probe => {
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const probe: Probe = {
      healthy: false,
      stop: () => {
        ended.abort();
        clearTimeout(timer);
      },
    };
    const ask = async (): Promise<void> => {
      const healthy = await isUp(visitor, instance.hostname, endpoint);
      if (ended.signal.aborted) return;
      probe.healthy = healthy;
      changed();
      timer = setTimeout(() => void ask(), healthy ? HEALTHY_EVERY_MS : UNHEALTHY_EVERY_MS);
    };
    void ask();
    return probe;
  };

  return {
    isHealthy: (hostname) => probes.get(hostname)?.healthy ?? false,
    watch: (targets) => {
      const wanted = new Set(targets.map(({ instance }) => instance.hostname));
      for (const [hostname, probe] of probes) {
        if (wanted.has(hostname)) continue;
        probe.stop();
        probes.delete(hostname);
      }
      for (const { instance, endpoint } of targets) {
        if (!probes.has(instance.hostname)) probes.set(instance.hostname, start(instance, endpoint));
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
