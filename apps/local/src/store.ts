import { createServer, type Server } from 'node:http';
import type { RegionName } from '@isochrone/topology';
import dynalite from 'dynalite';
import type { Endpoint } from './address-plan.ts';
import { LocalError } from './errors.ts';
import { listen } from './listening.ts';

/** DynamoDB's protocol on loopback, kept in a folder. */
export interface Store {
  readonly endpoint: Endpoint;
  /** What the environment of a region's functions needs to reach it. */
  readonly environmentOf: (region: RegionName) => Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export const TABLE_NAME = 'isochrone';
const ANYWHERE: Endpoint = { address: '127.0.0.1', port: 0 };

/**
 * @param isDown whether a region's functions cannot reach it; asked for every request
 * @throws LocalError LOCAL_ADDRESS_IN_USE, LOCAL_STATE_UNUSABLE
 */
export async function openStore(directory: string, isDown: (region: RegionName) => boolean): Promise<Store> {
  const server = openDatabase(directory);
  const endpoint = await listen(server, ANYWHERE, 'the store', '--state');
  // The same store through a door of each region's own, as a global table has a replica in each.
  const doors = new Map<RegionName, Promise<Door>>();
  const doorOf = (region: RegionName): Promise<Door> => {
    const known = doors.get(region);
    if (known) return known;
    const opened = openDoor(server, () => isDown(region));
    doors.set(region, opened);
    return opened;
  };
  return {
    endpoint,
    environmentOf: async (region) => {
      const { endpoint: door } = await doorOf(region);
      return {
        TABLE_NAME,
        AWS_ENDPOINT_URL_DYNAMODB: `http://${door.address}:${door.port}`,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      };
    },
    close: async () => {
      for (const door of doors.values()) (await door).close();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      });
    },
  };
}

interface Door {
  readonly endpoint: Endpoint;
  close(): void;
}

async function openDoor(database: Server, isDown: () => boolean): Promise<Door> {
  const door = createServer((request, response) => {
    if (isDown()) request.socket.resetAndDestroy();
    else database.emit('request', request, response);
  });
  const endpoint = await listen(door, ANYWHERE, 'the store', '--state');
  return {
    endpoint,
    close: () => {
      door.close();
      door.closeAllConnections();
    },
  };
}

function openDatabase(directory: string): ReturnType<typeof dynalite> {
  try {
    return dynalite({ path: directory, createTableMs: 0 });
  } catch (error) {
    throw new LocalError('LOCAL_STATE_UNUSABLE', `cannot open the store in ${directory}`, {
      hint: 'another world may use it; end that one, or delete the folder to start afresh',
      cause: error,
    });
  }
}
