import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxyCase } from '../case.ts';
import { eventually } from '../eventually.ts';
import { startLoad } from '../load.ts';
import { answer } from '../upstream/script.ts';
import { startUpstream } from '../upstream/upstream.ts';
import { ask } from '../wire/ask.ts';
import { NEXT, OWN, OWN_API } from './requests.ts';

/** Active checks, and what follows from them. */
const health: readonly ProxyCase[] = [
  {
    name: 'an upstream that fails its health check is asked no longer, and again when it is well',
    pace: 'waits',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      own.setHealth(answer('503 Service Unavailable'));
      await eventually(
        async () => (await ask(world, { path: `/${id}` })).headers['x-edge-upstream'] === NEXT,
        'the next region',
      );
      const { headers } = await ask(world, { path: `/${id}` });
      assert.equal(headers['x-edge-retried'], undefined);
      // Fallbacks count for the proxy's own health.
      await world.untilHealth('ok');
      own.setHealth(answer('200 OK'));
      await eventually(
        async () => (await ask(world, { path: `/${id}` })).headers['x-edge-upstream'] === OWN,
        'the own region',
      );
    },
  },
  {
    name: 'health checks carry Host and SNI of the upstream',
    world: {},
    scenario: async ({ upstreams: [own] }) => {
      await eventually(() => own.checks() > 0, 'a health check');
      const heads = own.connections.map((connection) => connection.bytes().toString('latin1'));
      const check = heads.find((head) => head.startsWith('GET /healthz HTTP/1.1\r\n'));
      assert.match(check ?? '', new RegExp(`\\r\\nhost: ${OWN_API}\\r\\n`, 'i'));
      assert.ok(own.connections.every(({ sni }) => sni === OWN_API));
    },
  },
  {
    name: 'an upstream that comes back is asked again',
    pace: 'waits',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      await own.receive('refuse');
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      await own.receive('serve');
      await eventually(
        async () => (await ask(world, { path: `/${id}` })).headers['x-edge-upstream'] === OWN,
        'the own region',
      );
    },
  },
];

/** Connections that end while nobody uses them. */
const idle: readonly ProxyCase[] = [
  {
    name: 'an upstream that hangs up after each answer costs no GET',
    world: {},
    scenario: async (world, id) => {
      world.upstreams[0].on(id, {
        steps: ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', { end: 'close' }],
      });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let count = 0; count < 50; count += 1) {
        assert.equal((await ask(world, { path: `/${id}`, agent })).status, 200, `request ${count}`);
      }
      agent.destroy();
    },
  },
  {
    name: 'an upstream that hangs up at any moment costs no GET',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      const agent = new Agent({ keepAlive: true, maxSockets: 4 });
      const worker = async (): Promise<void> => {
        for (let count = 0; count < 50; count += 1) {
          const { status } = await ask(world, { path: `/${id}`, agent });
          assert.equal(status, 200, `request ${count}`);
          if (count % 5 === 0) own.hangUp();
        }
      };
      await Promise.all([worker(), worker(), worker(), worker()]);
      agent.destroy();
    },
  },
  {
    name: 'a POST after the upstream hung up on idle connections is served',
    world: {},
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      assert.equal((await ask(world, { path: `/${id}` })).status, 200);
      own.hangUp();
      await eventually(() => own.openConnections() === 0, 'the end of all connections');
      for (let count = 0; count < 5; count += 1) {
        assert.equal((await ask(world, { method: 'POST', path: `/${id}`, body: 'body' })).status, 200);
      }
    },
  },
];

/** Names that no longer resolve, or resolve to something else. */
const names: readonly ProxyCase[] = [
  {
    name: 'a dead resolver does not take healthy upstreams down',
    pace: 'waits',
    world: { ttl: 1 },
    scenario: async (world, id) => {
      world.names.answer(false);
      const end = performance.now() + 8_000;
      while (performance.now() < end) {
        // Connections have to be made anew, too.
        world.upstreams[0].hangUp();
        const { status } = await ask(world, { path: `/${id}` });
        assert.equal(status, 200);
        await sleep(100);
      }
      await world.untilHealth('ok');
    },
  },
  {
    name: 'a name that is gone costs no GET',
    pace: 'waits',
    world: { ttl: 1 },
    scenario: async (world, id) => {
      world.names.records.delete(OWN_API);
      const end = performance.now() + 5_000;
      while (performance.now() < end) {
        assert.equal((await ask(world, { path: `/${id}` })).status, 200);
        await sleep(50);
      }
    },
  },
  {
    name: 'a proxy that starts before its resolver comes up with it',
    pace: 'waits',
    world: { prepare: (_upstreams, server) => server.answer(false), settled: false },
    scenario: async (world, id) => {
      await world.untilHealth('no-healthy-upstream');
      world.names.answer(true);
      await world.untilHealth('ok');
      await eventually(async () => (await ask(world, { path: `/${id}` })).status === 200, 'an answer');
    },
  },
  {
    name: 'an upstream that moves under load is followed, and no request is lost',
    world: { ttl: 1 },
    pace: 'loads',
    scenario: async (world, id) => {
      const [own] = world.upstreams;
      const moved = await startUpstream({
        region: 'moved',
        hostname: own.hostname,
        certificate: world.certificates.wildcard,
        address: '127.0.0.2',
        port: own.endpoint.port,
      });
      try {
        await using load = startLoad(world, { visitors: 4, request: { path: `/${id}` } });
        await eventually(() => load.answered() > 50, 'the first answers');
        world.names.records.set(own.hostname, ['127.0.0.2']);
        // As a load balancer that leaves: it answers, and lets nobody stay.
        own.on(id, {
          steps: ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok', { end: 'close' }],
        });
        // Production's names may be kept for 60 s.
        await eventually(() => moved.requests.length > 50, 'requests at the new address', 60);
        // The old machine goes once its name has led elsewhere for a while.
        await sleep(3_000);
        await own.receive('refuse');
        const before = load.answered();
        await eventually(() => load.answered() > before + 100, 'answers from the new address');
        await load.stop();
        assert.deepEqual(load.failures(), []);
      } finally {
        await moved.close();
      }
    },
  },
];

/** Which upstreams are asked at all. */
export const upstreamHealth: readonly ProxyCase[] = [...health, ...idle, ...names];
