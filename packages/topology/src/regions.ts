import type { Place } from './latency.ts';

/** What Isochrone knows of an AWS region. */
export interface RegionFacts extends Place {
  /** True where an account must enable the region before it can deploy there. */
  readonly optIn: boolean;
}

const byDefault = (latitude: number, longitude: number): RegionFacts => ({
  latitude,
  longitude,
  optIn: false,
});
const optIn = (latitude: number, longitude: number): RegionFacts => ({ latitude, longitude, optIn: true });

/**
 * Every commercial AWS region, with the coordinates of its city.
 * China, GovCloud and the European Sovereign Cloud are separate partitions, with accounts and endpoints of
 * their own, and are left out. Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
export const awsRegions = {
  'af-south-1': optIn(-33.92, 18.42),
  'ap-east-1': optIn(22.32, 114.17),
  'ap-east-2': optIn(25.03, 121.57),
  'ap-northeast-1': byDefault(35.68, 139.69),
  'ap-northeast-2': byDefault(37.57, 126.98),
  'ap-northeast-3': byDefault(34.69, 135.5),
  'ap-south-1': byDefault(19.08, 72.88),
  'ap-south-2': optIn(17.39, 78.49),
  'ap-southeast-1': byDefault(1.35, 103.82),
  'ap-southeast-2': byDefault(-33.87, 151.21),
  'ap-southeast-3': optIn(-6.21, 106.85),
  'ap-southeast-4': optIn(-37.81, 144.96),
  'ap-southeast-5': optIn(3.14, 101.69),
  'ap-southeast-6': optIn(-36.85, 174.76),
  'ap-southeast-7': optIn(13.76, 100.5),
  'ca-central-1': byDefault(45.5, -73.57),
  'ca-west-1': optIn(51.05, -114.07),
  'eu-central-1': byDefault(50.11, 8.68),
  'eu-central-2': optIn(47.37, 8.54),
  'eu-north-1': byDefault(59.33, 18.06),
  'eu-south-1': optIn(45.46, 9.19),
  'eu-south-2': optIn(41.65, -0.88),
  'eu-west-1': byDefault(53.35, -6.26),
  'eu-west-2': byDefault(51.51, -0.13),
  'eu-west-3': byDefault(48.86, 2.35),
  'il-central-1': optIn(32.09, 34.78),
  'me-central-1': optIn(24.45, 54.38),
  'me-south-1': optIn(26.07, 50.55),
  'mx-central-1': optIn(20.59, -100.39),
  'sa-east-1': byDefault(-23.55, -46.63),
  'us-east-1': byDefault(38.94, -77.46),
  'us-east-2': byDefault(39.96, -83.0),
  'us-west-1': byDefault(37.35, -121.96),
  'us-west-2': byDefault(45.84, -119.7),
} as const satisfies Readonly<Record<string, RegionFacts>>;

/** Code of a commercial AWS region, for example `eu-west-1`. */
export type RegionName = keyof typeof awsRegions;

export function isRegionName(value: string): value is RegionName {
  return Object.hasOwn(awsRegions, value);
}

/** Every region code, sorted. */
export const regionNames: readonly RegionName[] = Object.keys(awsRegions).filter(isRegionName);
