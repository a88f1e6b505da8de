import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FrontDoor, type FrontDoorOptions, openFrontDoor } from '../src/front-door.ts';

async function doorTo(
  lookup: FrontDoorOptions['lookup'],
  log: FrontDoorOptions['log'] = () => {},
): Promise<FrontDoor> {
  const door = await openFrontDoor({ bind: { address: '127.0.0.1', port: 0 }, lookup, log });
  onTestFinished(() => door.close());
  return door;
}

/** A server that shows what arrives, and a lookup that leads to it. */
async function recorder() {
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer((socket) => accepted.resolve(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { accepted: accepted.promise, endpoint: { address: '127.0.0.1', port } };
}

describe('the front door', () => {
  it('passes the connection on to where the name leads, from its first byte', async () => {
    const { accepted, endpoint } = await recorder();
    const asked: string[] = [];
    const door = await doorTo(async (hostname) => {
      asked.push(hostname);
      return [endpoint];
    });
    const client = connectTls({
      port: door.endpoint.port,
      host: '127.0.0.1',
      servername: 'fast.example.com.localhost',
    });
    client.on('error', () => {});
    onTestFinished(() => void client.destroy());
    const socket = await accepted;
    const [first] = await once(socket, 'data');
    expect(first[0]).toBe(22);
    expect(asked).toEqual(['fast.example.com.localhost']);
    socket.destroy();
  });

  it('takes the next place when one does not answer', async () => {
    const { accepted, endpoint } = await recorder();
    const door = await doorTo(async () => [{ address: '127.0.0.1', port: 1 }, endpoint]);
    const client = connectTls({
      port: door.endpoint.port,
      host: '127.0.0.1',
      servername: 'fast.example.com.localhost',
    });
    client.on('error', () => {});
    onTestFinished(() => void client.destroy());
    (await accepted).destroy();
  });

  it('closes a connection for a name that nobody answers, and says so', async () => {
    const lines: string[] = [];
    const door = await doorTo(
      async () => [],
      (line) => lines.push(line),
    );
    const client = connectTls({
      port: door.endpoint.port,
      host: '127.0.0.1',
      servername: 'nobody.example.com.localhost',
    });
    client.on('error', () => {});
    await new Promise((resolve) => client.once('close', resolve));
    expect(lines).toEqual([
      'front door: nobody answers for nobody.example.com.localhost (DNS has no address)',
    ]);
  });

  it('closes a connection that does not speak TLS', async () => {
    const door = await doorTo(async () => []);
    const client = connect(door.endpoint.port, '127.0.0.1');
    client.end('GET / HTTP/1.1\r\n\r\n');
    client.resume();
    await once(client, 'close');
  });
});
