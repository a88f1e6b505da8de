import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { childrenOf, farEndsOf, memoryOf, openFiles, processTree } from '../../load/world/processes.ts';

it('finds the far ends of connections', async () => {
  const server = createServer().listen(0, '127.12.34.56');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('no TCP port');
  const accepted = once(server, 'connection');
  const socket = connect(bound.port, bound.address);
  await accepted;
  onTestFinished(() => void socket.destroy());
  const ends = farEndsOf(process.pid);
  expect(ends).toContainEqual({ address: '127.12.34.56', port: bound.port });
  expect(ends).toContainEqual({ address: socket.localAddress, port: socket.localPort });
});

it('sees nothing of a process that does not exist', () => {
  const nobody = 2 ** 30;
  expect([farEndsOf(nobody), openFiles(nobody), childrenOf(nobody), memoryOf(nobody).resident]).toEqual([
    [],
    [],
    [],
    0,
  ]);
});

it('knows how much memory a process holds, and who its parent is', () => {
  const { resident, own } = memoryOf(process.pid);
  expect(own).toBeGreaterThan(10_000_000);
  expect(resident).toBeGreaterThan(own);
  expect(processTree(process.ppid)).toContain(process.pid);
});
