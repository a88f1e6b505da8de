import { dnsPlan, type HealthCheck, isRegionName, nearestName, type Topology } from '@isochrone/topology';
import { CliError } from '../errors.ts';

/**
 * The health checks that fail when each target is down: a region (all that it owns), an instance or API by its
 * hostname, or a health check by its id (of a calculated one, all its children).
 *
 * @throws CliError CLI_UNKNOWN_TARGET
 */
export function checksDown(topology: Topology, targets: readonly string[]): ReadonlySet<string> {
  const { healthChecks } = dnsPlan(topology);
  return new Set(targets.flatMap((target) => checksOf(topology, healthChecks, target.toLowerCase())));
}

function checksOf(
  topology: Topology,
  healthChecks: readonly HealthCheck[],
  target: string,
): readonly string[] {
  const endpoints = healthChecks.filter((check) => check.kind === 'https');
  const regions = topology.regions.map(({ name }) => name);
  if (isRegionName(target) && regions.includes(target))
    return endpoints.filter(({ owner }) => owner === target).map(({ id }) => id);
  const named = healthChecks.filter(
    (check) => check.id === target || (check.kind === 'https' && check.hostname === target),
  );
  if (named.length > 0) return named.flatMap((check) => (check.kind === 'https' ? check.id : check.children));
  const known = [
    ...regions,
    ...endpoints.map(({ hostname }) => hostname),
    ...healthChecks.map(({ id }) => id),
  ];
  const meant = nearestName(target, known);
  throw new CliError('CLI_UNKNOWN_TARGET', `nothing is called ${JSON.stringify(target)} that could be down`, {
    hint: meant
      ? `did you mean ${meant}?`
      : `name a region (${regions.join(', ')}), or an instance or health check, such as ${healthChecks[0]?.id}`,
  });
}
