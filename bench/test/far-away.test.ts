import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { startFarAway } from '../src/stage/far-away.ts';

it('passes everything on in order, and its first answer not before two round trips', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const relay = await startFarAway({ address: '127.0.0.1', port: 0 }, { address: '127.0.0.1', port }, 40);
  onTestFinished(() => relay.close());

  const began = performance.now();
  const socket = connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true });
  for (let number = 0; number < 200; number += 1) socket.write(`${number} `);
  socket.end();
  let firstAt = 0;
  socket.once('data', () => {
    firstAt = performance.now();
  });
  expect(await text(socket)).toBe(Array.from({ length: 200 }, (_none, number) => `${number} `).join(''));
  // A timer may be early by its own resolution.
  expect(firstAt - began).toBeGreaterThan(2 * 40 - 3);
});
