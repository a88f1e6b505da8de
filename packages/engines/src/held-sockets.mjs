// A thread that listens and then stands still, so that it never accepts anybody: that is for the processes which inherit
// its sockets. While none of them runs, visitors wait in the kernel's queue.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** Visitors who may wait; Linux takes the lesser of this and net.core.somaxconn, by default the same (listen(2)). */
const BACKLOG = 4096;

const sockets = [];
for (const { address, port } of workerData) {
  const server = createServer();
  server.listen({ host: address, port, backlog: BACKLOG });
  await once(server, 'listening');
  // Node keeps the number to itself, and passes it on to a child process only as a number.
  sockets.push(server._handle.fd);
}
parentPort.postMessage(sockets);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
