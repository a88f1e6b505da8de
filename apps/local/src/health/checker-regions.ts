import type { RegionName } from '@isochrone/topology';

/**
 * Where Route 53 probes from.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
 */
const CHECKER_REGIONS = [
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-west-1',
  'sa-east-1',
  'us-east-1',
  'us-west-1',
  'us-west-2',
] as const satisfies readonly RegionName[];

/** Route 53 takes no fewer. */
const FEWEST = 3;
/** A probe is a TLS handshake, some 3 ms of this machine's time at both ends together. */
const PROBES_PER_SECOND = 60;

/** The regions to probe from: all of them, fewer where the machine would do nothing else. */
export function checkerRegions(endpoints: number, intervalSeconds: number): readonly RegionName[] {
  const affordable = Math.floor((PROBES_PER_SECOND * intervalSeconds) / Math.max(1, endpoints));
  const count = Math.min(CHECKER_REGIONS.length, Math.max(FEWEST, affordable));
  return CHECKER_REGIONS.filter(
    (_region, index) =>
      Math.floor(((index + 1) * count) / CHECKER_REGIONS.length) >
      Math.floor((index * count) / CHECKER_REGIONS.length),
  );
}
