import type { CheckHealth, HealthReason, MemberHealth, RecordHealth } from './decision.ts';
import type { ZoneRecord } from './zone.ts';
import type { ZoneIndex } from './zone-index.ts';

/** Whether records are healthy at one moment; what was found is kept for that moment. */
export interface HealthView {
  readonly of: (record: ZoneRecord) => RecordHealth;
}

const UNWATCHED: RecordHealth = { healthy: true, because: [] };

/** @param health says whether the check of an endpoint is healthy; asked at most once for each record that it watches */
export function healthView(index: ZoneIndex, health: (checkId: string) => boolean): HealthView {
  const groups = new Map<string, { readonly healthy: boolean; readonly members: readonly MemberHealth[] }>();
  const entered = new Set<string>();
  let circles = 0;

  /**
   * A record is healthy while its health check is and, where it is an alias with EvaluateTargetHealth, its target
   * is: both, where it has both. A record that nothing watches is always healthy.
   * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
   */
  const ofRecord = (record: ZoneRecord): RecordHealth => {
    const { healthCheck, target } = record;
    const because: HealthReason[] = [];
    if (healthCheck !== undefined) because.push(checkHealth(index, healthCheck, health));
    if (target.kind === 'alias-record' && target.evaluateTargetHealth)
      because.push(ofTarget(target.name, record.type));
    if (because.length === 0) return UNWATCHED;
    return { healthy: because.every(({ healthy }) => healthy), because };
  };

  /**
   * A group that an alias leads to is healthy while one of its records is, of whatever weight: AWS speaks of
   * weights above 0 alone there, and a record that takes over when the others fail should count.
   * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
   */
  const ofTarget = (name: string, type: string): HealthReason => {
    const key = `${type} ${name}`;
    const known = groups.get(key);
    if (known) return { kind: 'target', name, type, ...known };
    if (entered.has(key)) {
      circles += 1;
      return { kind: 'target', name, type, healthy: false, members: [] };
    }
    entered.add(key);
    const circlesBefore = circles;
    const members = index.group(name, type).map(
      (member): MemberHealth => ({
        setIdentifier: member.routing.policy === 'simple' ? null : member.routing.setIdentifier,
        ...ofRecord(member),
      }),
    );
    entered.delete(key);
    const result = { healthy: members.some(({ healthy }) => healthy), members };
    // Found unhealthy inside a circle, it may still be healthy when seen from elsewhere.
    if (result.healthy || circles === circlesBefore) groups.set(key, result);
    return { kind: 'target', name, type, ...result };
  };

  return { of: ofRecord };
}

/**
 * A calculated check is healthy while at least `healthThreshold` of its children are: always with a threshold of
 * 0, never with one above their number. A disabled check counts as healthy. For a check that is not in the zone
 * only `health` can speak.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
 */
function checkHealth(index: ZoneIndex, id: string, health: (checkId: string) => boolean): CheckHealth {
  const check = index.healthCheck(id);
  if (check?.disabled) return { kind: 'check', id, healthy: true, disabled: true };
  if (check?.kind !== 'calculated') return { kind: 'check', id, healthy: health(id) };
  const { healthThreshold, inverted = false } = check;
  // Route 53 lets no calculated check watch another: children are checks of endpoints.
  const children = check.children.map((child): CheckHealth => {
    const disabled = index.healthCheck(child)?.disabled === true;
    return disabled
      ? { kind: 'check', id: child, healthy: true, disabled }
      : { kind: 'check', id: child, healthy: health(child) };
  });
  const enough = children.filter(({ healthy }) => healthy).length >= healthThreshold;
  return {
    kind: 'check',
    id,
    healthy: enough !== inverted,
    calculated: { children, healthThreshold, inverted },
  };
}
