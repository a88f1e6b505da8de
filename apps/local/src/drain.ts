import { once } from 'node:events';
import { connect } from 'node:net';
import type { RunningProcess } from '@isochrone/engines';
import type { Engine } from '@isochrone/topology';

/** See the backend `drain` of the generated haproxy.cfg. */
const HAPROXY_COMMAND = 'set server drain/flag state maint\n';

/** Makes a proxy say on `/healthz` that it is leaving, while it goes on serving. */
export async function beginDrain(
  engine: Engine,
  process: Pick<RunningProcess, 'signal'>,
  adminSocket: string,
): Promise<void> {
  if (engine === 'fastify') return process.signal('SIGUSR2');
  const socket = connect(adminSocket);
  socket.end(HAPROXY_COMMAND);
  socket.resume();
  await once(socket, 'close');
}
