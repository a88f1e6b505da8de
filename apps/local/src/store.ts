import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openGlobalTable } from '@isochrone/global-table';
import type { RegionName } from '@isochrone/topology';
import { LocalError } from './errors.ts';

/** DynamoDB's protocol on loopback: a replica of the table in each region, kept in a folder of its own. */
export interface Store {
  /** What the environment of a region's functions needs to reach the table, of its own region and the others. */
  readonly environmentOf: (region: RegionName) => Promise<Readonly<Record<string, string>>>;
  /** Where each region's replica is, for those that are open. */
  readonly endpoints: () => Readonly<Record<string, string>>;
  /** Delivers what a pause of the replication held back. */
  resume(): void;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly directory: string;
  /** The regions of the topology as it is now, the home first. */
  readonly regions: () => readonly RegionName[];
  /** Milliseconds that a write takes to the other regions. */
  readonly lagMs: number;
  /** Whether a region's functions cannot reach their replica; asked for every request. */
  readonly isDown: (region: string) => boolean;
  /** Whether nothing is replicated from or to a region. */
  readonly isPaused: (region: string) => boolean;
}

export const TABLE_NAME = 'isochrone';

/** @throws LocalError LOCAL_STATE_UNUSABLE, from every method that opens a replica */
export function openStore({ directory, regions, lagMs, isDown, isPaused }: StoreOptions): Store {
  const folder = (region: string): string => join(directory, region);
  const table = openGlobalTable({ folder, lagMs: () => lagMs, isDown, isPaused });
  const endpoints = new Map<string, string>();

  const open = async (region: string): Promise<string> => {
    try {
      mkdirSync(folder(region), { recursive: true });
      const { url } = await table.replica(region);
      endpoints.set(region, url);
      return url;
    } catch (error) {
      throw new LocalError('LOCAL_STATE_UNUSABLE', `cannot open the store in ${folder(region)}`, {
        hint: 'another world may use it; end that one, or delete the folder to start afresh',
        cause: error,
      });
    }
  };

  return {
    endpoints: () => Object.fromEntries(endpoints),
    environmentOf: async (region) => {
      // One after the other: the later ones take from the first, which is the home, what they lack.
      for (const name of regions()) await open(name);
      return {
        TABLE_NAME,
        AWS_ENDPOINT_URL_DYNAMODB: await open(region),
        TABLE_ENDPOINTS: JSON.stringify(Object.fromEntries(endpoints)),
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
    },
    resume: () => table.resume(),
    close: () => table.close(),
  };
}
