import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from './address-plan.ts';

const RETRY_MS = 25;
const PATIENCE_MS = 15_000;

/** Resolves once somebody accepts connections there, or `givenUp` does, or 15 s have gone. */
export async function acceptsConnections(
  { address, port }: Endpoint,
  givenUp: Promise<unknown>,
): Promise<void> {
  let over = false;
  void Promise.race([givenUp, sleep(PATIENCE_MS, undefined, { ref: false })]).then(() => {
    over = true;
  });
  while (!over) {
    const socket = connect(port, address);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(RETRY_MS);
    } finally {
      socket.destroy();
    }
  }
}
