import type { HealthCheck, RegionName } from '@isochrone/topology';
import { afterProbe, firstOpinion, type Opinion, verdictOf } from './opinion.ts';
import type { ProbeResult } from './probe.ts';

export type HttpsCheck = Extract<HealthCheck, { readonly kind: 'https' }>;

/** What one checker region last saw. */
export interface CheckerView {
  readonly region: RegionName;
  readonly healthy: boolean;
  /** Absent until it has probed. */
  readonly last?: ProbeResult & { readonly at: string };
}

export interface EndpointCheck {
  readonly healthy: () => boolean;
  readonly checkers: () => readonly CheckerView[];
  stop(): void;
}

export interface EndpointCheckOptions {
  readonly check: HttpsCheck;
  readonly regions: readonly RegionName[];
  readonly intervalMs: number;
  readonly probe: (check: HttpsCheck) => Promise<ProbeResult>;
  readonly random: () => number;
  /** Told after every change of the verdict, with the reason that the last probe gave. */
  readonly onVerdict: (healthy: boolean, reason: string) => void;
}

/** Probes one endpoint from several places, whose clocks know nothing of each other. */
export function startEndpointCheck(options: EndpointCheckOptions): EndpointCheck {
  const { check, regions, intervalMs, probe, random, onVerdict } = options;
  let stopped = false;
  let verdict = firstOpinion.healthy;
  const checkers = regions.map((region) => {
    const checker: Checker = { region, opinion: firstOpinion, last: undefined, timer: undefined };
    const ask = async (): Promise<void> => {
      const startedAt = performance.now();
      const result = await probe(check);
      if (stopped) return;
      checker.opinion = afterProbe(checker.opinion, result.passed, check.failureThreshold);
      checker.last = { ...result, at: new Date().toISOString() };
      review(result.reason);
      wait(intervalMs - (performance.now() - startedAt));
    };
    const wait = (ms: number): void => {
      checker.timer = setTimeout(() => void ask(), Math.max(0, ms));
    };
    wait(random() * intervalMs);
    return checker;
  });
  const review = (reason: string): void => {
    const next = verdictOf(checkers.map(({ opinion }) => opinion));
    if (next === verdict) return;
    verdict = next;
    onVerdict(verdict, reason);
  };
  return {
    healthy: () => verdict,
    checkers: () =>
      checkers.map(({ region, opinion, last }) => ({
        region,
        healthy: opinion.healthy,
        ...(last ? { last } : {}),
      })),
    stop: () => {
      stopped = true;
      for (const { timer } of checkers) clearTimeout(timer);
    },
  };
}

interface Checker {
  readonly region: RegionName;
  opinion: Opinion;
  last: CheckerView['last'] | undefined;
  timer: NodeJS.Timeout | undefined;
}
