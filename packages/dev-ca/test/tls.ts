import { once } from 'node:events';
import { connect, createServer } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { PemPair } from '../src/index.ts';

/** A TLS server on a free loopback port, for the length of the test. */
export async function serveTls({ certificate, key }: PemPair): Promise<number> {
  const server = createServer({ cert: certificate, key });
  // What a refusing client leaves behind is its own business.
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => socket.on('error', () => {}).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP address');
  return address.port;
}

/** The outcome of a verified handshake: `accepted`, or what the client has against the certificate. */
export function handshake(port: number, ca: string, servername: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...(servername === '' ? {} : { servername }) });
    socket.once('secureConnect', () => {
      resolve('accepted');
      socket.destroy();
    });
    socket.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : 'UNSPECIFIED';
      // Node has codes for the common refusals only.
      resolve(code === 'UNSPECIFIED' ? error.message : code);
    });
  });
}
