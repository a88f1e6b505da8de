import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyCase } from '../case.ts';
import { tooLate } from '../eventually.ts';
import { filled } from '../exchange.ts';
import { answerOf, openSession } from '../wire/http2-client.ts';
import { openConnection } from '../wire/raw-client.ts';
import { h1 } from './requests.ts';

/** Clients look the name up again now and then. */
export const connectionAge: readonly ProxyCase[] = [
  {
    name: 'a connection of HTTP/1.1 past its age is closed with its answer',
    pace: 'waits',
    world: { edge: { maxConnectionAge: 2 } },
    scenario: async (world, id) => {
      const socket = await openConnection(world);
      const closed = once(socket, 'close');
      const began = performance.now();
      let answers = 0;
      for (let last = false; !last; answers += 1) {
        socket.write(filled(h1(), id));
        const [bytes] = await once(socket, 'data');
        assert.match(String(bytes), /^HTTP\/1\.1 200 /);
        last = /\r\nconnection: close\r\n/i.test(String(bytes));
        assert.ok(answers < 200, 'no answer closes the connection');
        await sleep(100);
      }
      assert.ok(performance.now() - began > 900, `answer ${answers} closes the connection`);
      await Promise.race([closed, tooLate(10, 'the end of the connection')]);
    },
  },
  {
    name: 'a busy connection of HTTP/2 past its age gets GOAWAY, and loses none of its streams',
    pace: 'waits',
    world: { edge: { maxConnectionAge: 2 } },
    scenario: async (world, id) => {
      const session = openSession(world);
      const began = performance.now();
      let left = false;
      session.once('goaway', () => {
        left = true;
      });
      for (let count = 0; !left; count += 1) {
        const { status } = await answerOf(session.request({ ':path': `/${id}` }));
        assert.ok(status === 200 || left, `answer ${count} is ${status}`);
        assert.ok(performance.now() - began < 20_000, 'GOAWAY does not come');
        await sleep(100);
      }
      session.destroy();
    },
  },
];
