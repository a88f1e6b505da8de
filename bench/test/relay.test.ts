import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { startRelay } from '../src/relay.ts';

it('passes everything on in order, as late as its round trips say', async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const relay = await startRelay(typeof address === 'object' && address !== null ? address.port : 0, 40);
  onTestFinished(() => relay.close());

  const words = Array.from({ length: 200 }, (_, index) => `${index};`);
  const client = connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true });
  const began = performance.now();
  for (const word of words) client.write(word);
  client.end();

  expect(await text(client)).toBe(words.join(''));
  // A round trip to open, and one for the words.
  expect(performance.now() - began).toBeGreaterThan(79);
});
