import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from './address-plan.ts';

const RETRY_MS = 25;

/** Resolves with true once somebody accepts connections there, with false when `givenUp` resolves before. */
export async function acceptsConnections(
  { address, port }: Endpoint,
  givenUp: Promise<unknown>,
): Promise<boolean> {
  let over = false;
  void givenUp.then(() => {
    over = true;
  });
  while (!over) {
    const socket = connect(port, address);
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      await sleep(RETRY_MS);
    } finally {
      socket.destroy();
    }
  }
  return false;
}
