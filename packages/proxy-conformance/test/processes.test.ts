import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { processTree, residentBytes, tcpSocketsOf } from '../src/world/processes.ts';

async function listening(address: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new TypeError('no TCP port');
  return { server, port: bound.port };
}

const own = () => tcpSocketsOf([process.pid]);

it.each([
  ['127.12.34.56', '127.12.34.56'],
  ['::1', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
])('finds who listens at %s', async (address, told) => {
  const { port } = await listening(address);
  expect(own()).toContainEqual(expect.objectContaining({ local: { address: told, port }, listens: true }));
});

it('finds both ends of a connection', async () => {
  const { server, port } = await listening('127.0.0.1');
  const accepted = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  await accepted;
  onTestFinished(() => void socket.destroy());
  const remotes = own().map(({ remote }) => remote.port);
  expect(remotes).toContain(port);
  expect(remotes).toContain(socket.localPort);
});

it('sees nothing of a process that does not exist', () => {
  const nobody = 2 ** 30;
  expect([tcpSocketsOf([nobody]), residentBytes(nobody), processTree(nobody)]).toEqual([[], 0, [nobody]]);
});

it('knows how much memory a process holds', () => {
  expect(residentBytes(process.pid)).toBeGreaterThan(10_000_000);
});
