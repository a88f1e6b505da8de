import type { ZoneRecord } from '../../src/index.ts';
import type { World } from './zones.ts';

/** Whether a record is healthy, said as the AWS pages say it and nothing more: the evaluator is compared with this. */
export function isHealthy({ zone, down }: World, record: ZoneRecord): boolean {
  const { healthCheck, target, type } = record;
  if (healthCheck !== undefined && !passes({ zone, down }, healthCheck)) return false;
  if (target.kind !== 'alias-record' || !target.evaluateTargetHealth) return true;
  return zone.records.some(
    (other) => other.name === target.name && other.type === type && isHealthy({ zone, down }, other),
  );
}

function passes({ zone, down }: World, id: string): boolean {
  const check = zone.healthChecks.find((each) => each.id === id);
  if (check?.kind !== 'calculated') return !down.has(id);
  return check.children.filter((child) => !down.has(child)).length >= check.healthThreshold;
}
