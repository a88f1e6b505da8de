import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { sampleAccount } from '@isochrone/tours';
import dynalite from 'dynalite';
import { onTestFinished } from 'vitest';
import { seed } from '../src/seed.ts';
import type { StoreSettings } from '../src/store/client.ts';

export const publishKey = 'test-key-of-acme';
const tableName = 'tours-under-test';

/** DynamoDB's protocol on a free port, empty, until the test ends. */
export async function startEmptyStore(): Promise<StoreSettings> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return settingsFor(portOf(server));
}

/** The same, with the table, the sample account, its key and the sample tour. */
export async function startStore(): Promise<StoreSettings> {
  const settings = await startEmptyStore();
  await seed(settings, { account: sampleAccount, home: settings.region, key: publishKey });
  return settings;
}

/** A port where nothing listens. */
export async function refusingStore(): Promise<StoreSettings> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const settings = settingsFor(portOf(server));
  server.close();
  await once(server, 'close');
  return settings;
}

/** Accepts connections and never says a word. */
export async function silentStore(): Promise<StoreSettings> {
  const server = createServer((socket) => {
    onTestFinished(() => {
      socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return settingsFor(portOf(server));
}

const settingsFor = (port: number): StoreSettings => ({
  region: 'us-east-1',
  tableName,
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

/** What a function's environment says of such a store. */
export const environmentOf = ({ region, tableName, endpoint, credentials }: StoreSettings) => ({
  AWS_REGION: region,
  TABLE_NAME: tableName,
  ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL_DYNAMODB: endpoint }),
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});

export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('the server listens on no port');
}
