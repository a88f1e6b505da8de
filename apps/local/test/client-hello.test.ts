import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readServerName } from '../src/client-hello.ts';

/** The first bytes that Node's own TLS client sends. */
async function helloFor(servername: string | undefined): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect({
    host: '127.0.0.1',
    port: typeof address === 'object' && address !== null ? address.port : 0,
    rejectUnauthorized: false,
    ...(servername === undefined ? {} : { servername }),
  });
  client.on('error', () => {});
  const [socket] = await once(server, 'connection');
  const [bytes] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

describe('readServerName', () => {
  let hello: Buffer;
  beforeAll(async () => {
    hello = await helloFor('Fast.Example.com.localhost');
  });

  it('finds the name that a client asks for, in lower case', () => {
    expect(readServerName(hello)).toEqual({ kind: 'client-hello', serverName: 'fast.example.com.localhost' });
  });

  it('says that a client names nobody', async () => {
    expect(readServerName(await helloFor(undefined))).toEqual({
      kind: 'client-hello',
      serverName: undefined,
    });
  });

  it('waits for the rest of a message, wherever it is cut', () => {
    for (let length = 0; length < hello.length; length += 1) {
      expect(readServerName(hello.subarray(0, length)).kind).toBe('incomplete');
    }
  });

  it('reads a message that is spread over several records', () => {
    const body = hello.subarray(5);
    const records = [body.subarray(0, 7), body.subarray(7, 60), body.subarray(60)].map((fragment) => {
      const header = Buffer.from([22, 3, 1, 0, 0]);
      header.writeUInt16BE(fragment.length, 3);
      return Buffer.concat([header, fragment]);
    });
    expect(readServerName(Buffer.concat(records))).toMatchObject({
      serverName: 'fast.example.com.localhost',
    });
  });

  it('tells plain HTTP from TLS at the first byte', () => {
    expect(readServerName(Buffer.from('GET / HTTP/1.1\r\n'))).toEqual({ kind: 'not-tls' });
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 4000 }), fc.nat({ max: 255 })), { maxLength: 8 }),
        (changes) => {
          const bytes = Buffer.from(hello);
          for (const [index, byte] of changes) bytes[index % bytes.length] = byte;
          readServerName(bytes);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
