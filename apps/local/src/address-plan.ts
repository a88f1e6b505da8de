import { type ProxyInstance, type RegionName, regionNames } from '@isochrone/topology';

/** An address and a TCP or UDP port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** First two octets of the loopback addresses that a world uses, for example `127.77`. */
export type LoopbackPrefix = `127.${number}`;

const API_HOST_NUMBER = 200;
const MOVED_API_HOST_NUMBER = 201;

/** The region's octet depends on its name alone, so that adding a region moves no other. */
const regionOctet = (region: RegionName): number => regionNames.indexOf(region) + 1;

/** The loopback address that stands for a proxy's Elastic IP. */
export const proxyAddress = (
  prefix: LoopbackPrefix,
  { region, number }: Pick<ProxyInstance, 'region' | 'number'>,
): string => `${prefix}.${regionOctet(region)}.${number}`;

/** The loopback address that stands for the regional endpoint of an API. */
export const apiAddress = (prefix: LoopbackPrefix, region: RegionName): string =>
  `${prefix}.${regionOctet(region)}.${API_HOST_NUMBER}`;

/** Where an API is after it has moved. */
export const movedApiAddress = (prefix: LoopbackPrefix, region: RegionName): string =>
  `${prefix}.${regionOctet(region)}.${MOVED_API_HOST_NUMBER}`;
