import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { Endpoint } from './address-plan.ts';
import { LocalError } from './errors.ts';

/**
 * Listens, or says in one line who cannot.
 *
 * @throws LocalError LOCAL_ADDRESS_IN_USE
 */
export async function listen(
  server: Server,
  { address, port }: Endpoint,
  what: string,
  flag: string,
): Promise<Endpoint> {
  try {
    server.listen(port, address);
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(error, { address, port }, what, flag);
  }
  const bound = server.address();
  return { address, port: typeof bound === 'object' && bound !== null ? bound.port : port };
}

export function cannotListen(
  error: unknown,
  { address, port }: Endpoint,
  what: string,
  flag: string,
): LocalError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new LocalError(
    'LOCAL_ADDRESS_IN_USE',
    reason === 'EADDRINUSE'
      ? `${what} cannot listen on ${address}:${port}: another process does`
      : `${what} cannot listen on ${address}:${port}: ${reason}`,
    { hint: `end that process, or choose another with ${flag}`, cause: error },
  );
}

/** A TCP port of the address that nobody listens on now. */
export async function freePort(address: string): Promise<number> {
  const server = createServer();
  const { port } = await listen(server, { address, port: 0 }, 'a probe', '--loopback');
  await close(server);
  return port;
}

/** Whether this system answers on loopback addresses other than 127.0.0.1: Linux does, macOS does not. */
export async function hasManyLoopbackAddresses(sample: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(0, sample);
    await once(server, 'listening');
  } catch {
    return false;
  }
  await close(server);
  return true;
}

export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}
