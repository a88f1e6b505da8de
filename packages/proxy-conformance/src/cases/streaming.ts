import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { filled, requestsOf } from '../exchange.ts';
import { response, type Script } from '../upstream/script.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { openConnection } from '../wire/raw-client.ts';
import { residentKiB } from '../world/processes.ts';
import type { World } from '../world/world.ts';
import { h1, h1Body } from './requests.ts';

const MIB = 1_048_576;

/** A response of many MiB, as fast as the edge takes it. */
const streamed = (mebibytes: number, piece = Buffer.alloc(65_536, 'x')): Script => ({
  steps: async function* () {
    yield `HTTP/1.1 200 OK\r\nContent-Length: ${mebibytes * MIB}\r\n\r\n`;
    for (let sent = 0; sent < mebibytes * MIB; sent += piece.length) yield piece;
  },
});

/** How fast bodies move, in how much memory, and what stops them. */
export const streaming: readonly ProxyCase[] = [
  {
    name: 'a client that leaves frees the upstream',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, streamed(1_024));
      const socket = await openConnection(world);
      socket.write(filled(h1(), id));
      await once(socket, 'data');
      socket.destroy();
      await requestsOf(world, id)[0]?.connection.closed;
    },
  },
  {
    name: 'a client that leaves before the response begins frees the upstream',
    world: 'alone',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, { steps: [{ end: 'freeze' }] });
      const socket = await openConnection(world);
      socket.write(filled(h1Body(''), id));
      const request = await eventually(() => requestsOf(world, id)[0]);
      await request.received;
      const left = performance.now();
      socket.destroy();
      await request.connection.closed;
      const waited = performance.now() - left;
      assert.ok(waited < 8_000, `the upstream was freed after ${Math.round(waited)} ms, as by a time-out`);
    },
  },
  {
    name: 'a cancelled stream of HTTP/2 frees the upstream',
    world: 'plain',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, streamed(1_024));
      const session = openSession(world);
      const stream = session.request({ ':path': `/${id}` });
      stream.on('error', () => {});
      await once(stream, 'data');
      stream.close(constants.NGHTTP2_CANCEL);
      await requestsOf(world, id)[0]?.connection.closed;
      assert.ok(!session.closed && !session.destroyed, 'the connection is still there');
      session.destroy();
    },
  },
  {
    name: 'a slow reader slows the upstream down',
    world: {},
    scenario: async (world, id) => {
      let sent = 0;
      world.upstreams[0].on(id, {
        steps: async function* () {
          yield `HTTP/1.1 200 OK\r\nContent-Length: ${256 * MIB}\r\n\r\n`;
          for (const piece = Buffer.alloc(65_536); sent < 256 * MIB; sent += piece.length) yield piece;
        },
      });
      const socket = await openConnection(world);
      socket.write(filled(h1(), id));
      await once(socket, 'data');
      socket.pause();
      // What fits into buffers on the way goes there at once; then nothing moves.
      let before = -1;
      while (sent !== before) {
        before = sent;
        await sleep(500);
      }
      socket.destroy();
      assert.ok(
        sent < 64 * MIB,
        `${Math.round(sent / MIB)} MiB were taken from the upstream for a client that reads none`,
      );
    },
  },
  {
    name: '64 MiB are streamed in bounded memory',
    world: {},
    pace: 'loads',
    scenario: async (world, id) => {
      world.upstreams[0].on(id, streamed(64, randomBytes(65_536)));
      // The first time, an engine takes the memory that it works with.
      const first = await mostMemoryWhileStreaming(world, id);
      const more = Math.max(
        await mostMemoryWhileStreaming(world, id),
        await mostMemoryWhileStreaming(world, id),
      );
      assert.ok(more - first < 32 * 1_024, `memory grew by ${Math.round((more - first) / 1_024)} MiB`);
      assert.ok(more < 200 * 1_024, `memory is ${Math.round(more / 1_024)} MiB`);
    },
  },
  {
    name: 'a hundred streams of one connection get each its own answer',
    world: 'plain',
    scenario: async (world, id) => {
      for (const upstream of world.upstreams) {
        upstream.on(id, { steps: ({ target }) => response('200 OK', [], target) });
      }
      const session = openSession(world);
      const paths = Array.from({ length: 100 }, (_, index) => `/${id}/${index}`);
      const answers = await Promise.all(paths.map((path) => answerOf(session.request({ ':path': path }))));
      session.destroy();
      assert.deepEqual(
        answers.map(({ body }) => body.toString()),
        paths,
      );
    },
  },
];

/** Reads a response of 64 MiB; in KiB. */
async function mostMemoryWhileStreaming(world: World, id: string): Promise<number> {
  const socket = await openConnection(world);
  socket.write(filled(h1(), id));
  let received = 0;
  let measuredAt = 0;
  let most = 0;
  for await (const chunk of socket) {
    received += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (received - measuredAt > 8 * MIB) {
      measuredAt = received;
      most = Math.max(most, await residentKiB(world.edge.pid));
    }
    if (received >= 64 * MIB) return most;
  }
  throw new Error(`the response broke off after ${received} bytes`);
}
