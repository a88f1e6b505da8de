import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '@isochrone/config-gen';
import { BenchError } from '../errors.ts';
import type { PinnedProgram } from './pinned-program.ts';

const READY_MS = 20_000;

/** @throws BenchError BENCH_NOT_READY: the program ended, or nobody listens after 20 s. */
export async function untilListening(
  name: string,
  { address, port }: Endpoint,
  program: Pick<PinnedProgram, 'exited' | 'log'>,
): Promise<void> {
  let isOver = false;
  void program.exited.then(() => {
    isOver = true;
  });
  const end = performance.now() + READY_MS;
  while (performance.now() < end && !isOver) {
    const socket = connect(port, address);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
  throw new BenchError('BENCH_NOT_READY', `${name} does not listen on ${address}:${port}`, {
    hint: `its last words were:\n${program.log.slice(-10).join('\n')}`,
  });
}
