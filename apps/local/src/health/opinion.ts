/** What one checker believes, and how many probes in a row have spoken against it. */
export interface Opinion {
  readonly healthy: boolean;
  readonly against: number;
}

/** A new check counts as healthy until its checkers know better. */
export const firstOpinion: Opinion = { healthy: true, against: 0 };

/**
 * Probes in a row that change an opinion, either way.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
 */
export function afterProbe(opinion: Opinion, passed: boolean, failureThreshold: number): Opinion {
  if (passed === opinion.healthy) return opinion.against === 0 ? opinion : { ...opinion, against: 0 };
  const against = opinion.against + 1;
  return against >= failureThreshold ? { healthy: passed, against: 0 } : { ...opinion, against };
}

/** The same page: an endpoint is healthy when more than 18 % of its checkers say so. */
const HEALTHY_SHARE = 0.18;

export const verdictOf = (opinions: readonly Opinion[]): boolean =>
  opinions.filter(({ healthy }) => healthy).length > HEALTHY_SHARE * opinions.length;
