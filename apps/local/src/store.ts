import dynalite from 'dynalite';
import type { Endpoint } from './address-plan.ts';
import { LocalError } from './errors.ts';
import { listen } from './listening.ts';

/** DynamoDB's protocol on loopback, kept in a folder. */
export interface Store {
  readonly endpoint: Endpoint;
  /** What a function's environment needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const TABLE_NAME = 'isochrone';

/** @throws LocalError LOCAL_ADDRESS_IN_USE, LOCAL_STATE_UNUSABLE */
export async function openStore(directory: string): Promise<Store> {
  const server = openDatabase(directory);
  const endpoint = await listen(server, { address: '127.0.0.1', port: 0 }, 'the store', '--state');
  return {
    endpoint,
    environment: {
      TABLE_NAME,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint.address}:${endpoint.port}`,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
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
