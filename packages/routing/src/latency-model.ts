import { awsRegions, modelledRoundTripMs, type Place, type RegionName } from '@isochrone/topology';

export type LatencySource = 'modelled' | 'measured';

export interface Latency {
  readonly roundTripMs: number;
  readonly source: LatencySource;
}

/** What a latency policy goes by: the round trip from a client to a region. */
export type LatencyModel = (client: Place, region: RegionName) => Latency;

/**
 * The model of @isochrone/topology: a line through the great-circle distance, fitted in November 2026. Route 53's
 * own figures are measured by AWS, change over time and are not public.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
 */
export const modelledLatency: LatencyModel = (client, region) => ({
  roundTripMs: modelledRoundTripMs(client, awsRegions[region]),
  source: 'modelled',
});
